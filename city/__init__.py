"""A county in a bottle: the deliveries of a made-up county, and the truth of what must be found.

    dice ──▶ people, enterprises ──▶ facts, stories ──▶ forms (the files as the offices send them)
                                          └──────────▶ truth

Everything is drawn by index from the seed, so that the county is the same on every machine and any
part of it can be written without holding the rest.  No register was read: numbers are made by
formula, mobiles lie in segments that no operator has been given.
"""
