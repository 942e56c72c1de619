from . import (
    batch as batch,
)
from . import (
    containers as containers,
)
from . import (
    datasets as datasets,
)
from . import (
    detect as detect,
)
from . import (
    evaluate as evaluate,
)
from . import (
    evidence as evidence,
)
from . import (
    export as export,
)
from . import (
    firing as firing,
)
from . import (
    integrity as integrity,
)
from . import (
    io as io,
)
from . import (
    measure as measure,
)
from . import (
    plot as plot,
)
from . import (
    preprocess as preprocess,
)
from . import (
    report as report,
)
from . import (
    rest as rest,
)
from . import (
    simulate as simulate,
)
from . import (
    sort as sort,
)
from .containers import Events as Events
from .containers import Recording as Recording
from .containers import Rest as Rest
from .containers import Units as Units
from .errors import EmgfascError as EmgfascError
from .errors import MissingExtraError as MissingExtraError
from .errors import ParameterError as ParameterError
from .errors import RecordingError as RecordingError
from .io import read as read
from .pipeline import Analysis as Analysis
from .pipeline import Settings as Settings
from .pipeline import analyze as analyze
from .pipeline import review as review

__version__: str
