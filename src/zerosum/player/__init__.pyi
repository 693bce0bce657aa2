from .graph import Constants as Constants
from .graph import Graph as Graph
from .page import page_of as page_of
from .saving import Named as Named
from .saving import found_directions as found_directions
from .saving import save_player as save_player
from .tracing import graph_of as graph_of
