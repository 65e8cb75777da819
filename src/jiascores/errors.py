"""Every error that jiascores raises on purpose, all of them `JiaScoresError`, and its warnings."""

from jiascores.core.errors import ArgumentError as ArgumentError
from jiascores.core.errors import ColumnError as ColumnError
from jiascores.core.errors import DefinitionError as DefinitionError
from jiascores.core.errors import InconsistentError as InconsistentError
from jiascores.core.errors import JiaScoresError as JiaScoresError
from jiascores.core.errors import LeftOutWarning as LeftOutWarning
from jiascores.core.errors import MarkerError as MarkerError
from jiascores.core.errors import MisalignedError as MisalignedError
from jiascores.core.errors import MissingExtraError as MissingExtraError
from jiascores.core.errors import NotCoveredError as NotCoveredError
from jiascores.core.errors import NotNumericError as NotNumericError
from jiascores.core.errors import NotWholeError as NotWholeError
from jiascores.core.errors import OutOfRangeError as OutOfRangeError
from jiascores.core.errors import RequestError as RequestError
from jiascores.core.errors import SuspiciousWarning as SuspiciousWarning
from jiascores.core.errors import UnknownDefinitionError as UnknownDefinitionError
from jiascores.core.errors import UnknownJointError as UnknownJointError
from jiascores.core.errors import VisitError as VisitError
