"""Things that hold no heads. A new one is one function of dice.

Each returns a `Thing`; presets name those they want.
"""
