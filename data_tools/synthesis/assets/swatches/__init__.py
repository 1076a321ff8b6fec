"""What is laid on things: a new swatch is one function of dice.

Decorate it with `swatch`, so that it is made a few times in a process rather
than once in every picture. Nothing here looks at a photograph: all is drawn.
"""
