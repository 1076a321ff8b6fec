"""Ground textures. A new one is one function of world coordinates.

Each takes (rng, x, y, footprint): float32 [rows, columns] in metres,
`footprint` being the ground that a pixel covers, and returns colours in
[0, 1], float32 [rows, columns, 3].
"""
