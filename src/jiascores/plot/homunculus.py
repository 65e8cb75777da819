"""Where the 71 joints lie on a drawing of the body: data alone, for any program that draws.

The body faces the reader, so that the patient's right is on the reader's left. Coordinates are
those of SVG: x to the right, y down, from 0 to `WIDTH` and `HEIGHT`. Hands are seen from the back
with the thumbs towards the body, feet from above with the great toes towards each other; both are
drawn larger than life.
"""

from __future__ import annotations

WIDTH = 200.0
HEIGHT = 226.0
MIDDLE = WIDTH / 2

# How far from the middle, how far down, and the radius.
_ONE_SIDE: dict[str, tuple[float, float, float]] = {
    "temporomandibular": (8.5, 19, 2.6),
    "sternoclavicular": (4.5, 43.5, 2.6),
    "acromioclavicular": (18, 40.5, 2.6),
    "shoulder": (25, 46, 3.8),
    "elbow": (39, 72, 4.2),
    "wrist": (57, 97, 4.2),
    "mcp1": (47.5, 105.5, 2.9),
    "mcp2": (53, 113.5, 2.9),
    "mcp3": (60.2, 115, 2.9),
    "mcp4": (67.4, 113.5, 2.9),
    "mcp5": (74, 109, 2.9),
    "thumb_ip": (41.5, 113.5, 2.9),
    "pip2": (52, 125, 2.9),
    "pip3": (60.7, 127.5, 2.9),
    "pip4": (69.3, 125, 2.9),
    "pip5": (78.3, 117.8, 2.9),
    "dip2": (51.2, 134.5, 2.9),
    "dip3": (61.1, 138, 2.9),
    "dip4": (71, 134.5, 2.9),
    "dip5": (82.2, 125.5, 2.9),
    "hip": (12.5, 99, 4.6),
    "knee": (14.5, 136, 4.6),
    "ankle": (15.5, 171, 4.0),
    "subtalar": (17.5, 180.5, 2.9),
    "intertarsal": (20.5, 189, 2.9),
    "mtp1": (12, 200, 3.6),
    "mtp2": (20.6, 202, 2.6),
    "mtp3": (27.6, 201.4, 2.6),
    "mtp4": (34.2, 199.2, 2.6),
    "mtp5": (40.4, 195.4, 2.6),
    "toe_ip1": (10.4, 212, 3.6),
    "toe_ip2": (20.4, 212.2, 2.6),
    "toe_ip3": (28.2, 210.8, 2.6),
    "toe_ip4": (35.6, 207.6, 2.6),
    "toe_ip5": (42.6, 202.8, 2.6),
}

# Each stroke is a line with round ends: its width, and its points from the middle and down.
_ONE_SIDE_STROKES: tuple[tuple[float, tuple[tuple[float, float], ...]], ...] = (
    (11.0, ((4, 43), (25, 46), (39, 72))),
    (8.5, ((39, 72), (57, 97))),
    (9.0, ((57, 99), (60, 110))),
    (8.0, ((57, 100), (54, 112), (67, 112), (60, 101))),
    (9.0, ((60, 100), (73, 108.5))),
    (7.0, ((55, 99), (47.5, 105.5), (39, 117.5))),
    (7.0, ((53, 113.5), (52, 125), (50.7, 140.5))),
    (7.0, ((60.2, 115), (60.7, 127.5), (61.3, 144.5))),
    (7.0, ((67.4, 113.5), (69.3, 125), (72.2, 140.5))),
    (7.0, ((74, 109), (78.3, 117.8), (84.5, 130.5))),
    (19.0, ((11, 52), (11.5, 96))),
    (16.0, ((12.5, 99), (14.5, 136))),
    (11.5, ((14.5, 136), (15.5, 171))),
    (11.0, ((15.5, 171), (18, 181), (20, 191))),
    (12.0, ((19, 188), (16, 197), (37, 196), (22, 188))),
    (11.0, ((12, 200), (10.2, 216.5))),
    (6.0, ((20.6, 202), (20.4, 215.5))),
    (6.0, ((27.6, 201.4), (28.4, 213.8))),
    (6.0, ((34.2, 199.2), (36.2, 210.4))),
    (6.0, ((40.4, 195.4), (43.8, 205.2))),
)

# The strokes of the whole body, in the coordinates of the drawing.
STROKES: tuple[tuple[float, tuple[tuple[float, float], ...]], ...] = (
    (10.0, ((MIDDLE, 24), (MIDDLE, 42))),
    (22.0, ((MIDDLE, 54), (MIDDLE, 94))),
    *(
        (width, tuple((MIDDLE + side * across, down) for across, down in points))
        for side in (-1, 1)
        for width, points in _ONE_SIDE_STROKES
    ),
)

# An ellipse: centre and half axes.
HEAD = (MIDDLE, 15.5, 10.0, 13.0)

# Centre and radius of each joint.
JOINTS: dict[str, tuple[float, float, float]] = {
    "cervical_spine": (MIDDLE, 33.0, 3.4),
    **{
        f"{name}_{side}": (MIDDLE + sign * across, float(down), float(radius))
        for name, (across, down, radius) in _ONE_SIDE.items()
        # Left and right are the patient's.
        for side, sign in (("left", 1), ("right", -1))
    },
}

# Where the sides are named, from the patient's view.
SIDES = {"right": (36.0, 12.0), "left": (164.0, 12.0)}
