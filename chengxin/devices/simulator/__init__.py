"""A hall's devices without the hall: used by the tests, the demo and the training hall.

cards       cards as files, and the text block that a chip would hold
reader      a card reader that answers byte for byte on a pseudo-terminal
face        pictures for chip and camera
"""

from chengxin.devices.simulator.cards import SimulatedCard, read_cards, write_card
from chengxin.devices.simulator.reader import Disturbance, SimulatedCardReader

__all__ = ["Disturbance", "SimulatedCard", "SimulatedCardReader", "read_cards", "write_card"]
