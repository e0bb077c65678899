from typing import Any, Dict, List, Sequence, Union

from cynamo.attributes import Attribute
from cynamo.expressions.operand import Path

_Attribute = Union[Attribute[Any], Path, str]

def create_projection_expression(
    attributes_to_get: Union[_Attribute, Sequence[_Attribute]], placeholders: Dict[str, str]
) -> str: ...
def _get_document_path(attribute: _Attribute) -> List[str]: ...
