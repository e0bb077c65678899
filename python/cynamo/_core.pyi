from typing import Any, Callable, Dict, List, Optional, Tuple, final

version: str

class ServiceError(Exception):
    code: str
    message: str
    http_status: int
    operation: Optional[str]
    request_id: Optional[str]
    response: Dict[str, Any]

class Database:
    def __init__(
        self,
        url: str,
        *,
        region: Optional[str] = ...,
        access_key_id: Optional[str] = ...,
        secret_access_key: Optional[str] = ...,
        session_token: Optional[str] = ...,
        profile: Optional[str] = ...,
        connect_timeout: Optional[float] = ...,
        read_timeout: Optional[float] = ...,
        max_attempts: Optional[int] = ...,
        retry_mode: Optional[str] = ...,
        max_connections: Optional[int] = ...,
        extra_headers: Optional[Dict[str, str]] = ...,
        ca_bundle: Optional[str] = ...,
        proxy: Optional[str] = ...,
    ) -> None: ...
    @property
    def url(self) -> str: ...
    @property
    def endpoint_url(self) -> str: ...
    @property
    def region(self) -> Optional[str]: ...
    @property
    def in_process(self) -> bool: ...
    def call(self, operation: str, params: Dict[str, Any], /) -> Dict[str, Any]: ...
    def submit(
        self,
        operation: str,
        params: Dict[str, Any],
        done: Callable[[Optional[Dict[str, Any]], Optional[BaseException]], Any],
        /,
    ) -> None: ...
    def dispatch(self, timeout: Optional[float] = ...) -> int: ...
    def fileno(self) -> int: ...
    def migrate(
        self,
        name: str,
        version: int,
        table: str,
        change: Tuple[Any, ...],
        *,
        into: Optional[str] = ...,
        where: Optional[Tuple[str, Any, Any]] = ...,
        definition: Optional[str] = ...,
        segments: int = ...,
        page_size: int = ...,
        rate_limit: float = ...,
        dry_run: bool = ...,
        progress: Optional[Callable[[Dict[str, Any]], Any]] = ...,
        stops: Optional[Callable[[], Any]] = ...,
    ) -> Dict[str, Any]: ...
    def migrations(self) -> List[Dict[str, Any]]: ...
    def close(self) -> None: ...

@final
class Server:
    @property
    def url(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def port(self) -> int: ...
    def close(self) -> None: ...
    def __enter__(self) -> Server: ...
    def __exit__(self, *exception: Any) -> None: ...

def serve(
    url: str = ...,
    *,
    host: Optional[str] = ...,
    port: int = ...,
    threads: Optional[int] = ...,
    no_auth: bool = ...,
    region: Optional[str] = ...,
    split: Optional[str] = ...,
    credentials_file: Optional[str] = ...,
    cors_origins: Optional[str] = ...,
    tls: bool = ...,
    tls_certificate_file: Optional[str] = ...,
    tls_key_file: Optional[str] = ...,
    init_directory: Optional[str] = ...,
    account: Optional[str] = ...,
    log_fd: Optional[int] = ...,
    log_requests: bool = ...,
    create_table_delay: Optional[int] = ...,
) -> Server: ...
