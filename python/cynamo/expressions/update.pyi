from typing import Any, Dict, List, Optional, Tuple

from cynamo.expressions.operand import Path, Value, _Operand

class Action:
    format_string: str
    values: Tuple[_Operand, ...]
    def __init__(self, *values: _Operand) -> None: ...
    def serialize(
        self, placeholder_names: Dict[str, str], expression_attribute_values: Dict[str, Any]
    ) -> str: ...
    def __eq__(self, other: Any) -> bool: ...

class SetAction(Action):
    def __init__(self, path: Path, value: _Operand) -> None: ...

class RemoveAction(Action):
    def __init__(self, path: Path) -> None: ...

class AddAction(Action):
    def __init__(self, path: Path, subset: Value) -> None: ...

class DeleteAction(Action):
    def __init__(self, path: Path, subset: Value) -> None: ...

class Update:
    set_actions: List[SetAction]
    remove_actions: List[RemoveAction]
    add_actions: List[AddAction]
    delete_actions: List[DeleteAction]
    def __init__(self, *actions: Action) -> None: ...
    def add_action(self, action: Action) -> None: ...
    def serialize(
        self, placeholder_names: Dict[str, str], expression_attribute_values: Dict[str, Any]
    ) -> Optional[str]: ...
