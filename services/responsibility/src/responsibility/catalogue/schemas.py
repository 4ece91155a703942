"""What the catalogue says over HTTP."""

from datetime import date, datetime

from pydantic import BaseModel

from responsibility.catalogue.document import Branch, RouteStage, Total


class ImportOut(BaseModel):
    """What the document holds; ``imported`` is false for a dry run and for a version that was there already."""

    version: str
    valid_from: date
    main_processes: int
    sub_processes: int
    posts: int
    routes: int
    imported: bool


class SubProcessOut(BaseModel):
    code: str
    main_process: str
    zh: str
    en: str
    kind: str
    post: str
    risk: int
    customer_facing: bool


class ProcessOut(BaseModel):
    code: str
    zh: str
    en: str
    sub_processes: list[SubProcessOut]


class CatalogueOut(BaseModel):
    version: str
    valid_from: date
    digest: str
    imported_at: datetime


class RouteOut(BaseModel):
    """``total`` and ``stages`` as in the catalogue's document."""

    code: str
    zh: str
    en: str
    flow: str | None
    cycle: str | None
    total: Total | None
    stages: list[RouteStage]
    branches: list[Branch]
