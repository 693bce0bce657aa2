from .app import create_app as create_app
from .home import Home as Home
from .server import serve as serve
