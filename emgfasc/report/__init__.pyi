from . import html as html
from . import tables as tables
from .html import render as render
from .protocol import Analysed as Analysed
from .tables import write as write
