from . import html as html
from . import tables as tables
from .html import render as render
from .index_page import render_index as render_index
from .protocol import Analysed as Analysed
from .review_page import render_review as render_review
from .tables import write as write
