"""The reliability of a scale over HTTP."""

from pydantic import BaseModel

from survey.insights.schemas import FigureOut, Parameters
from survey.questionnaires.definition import Driver


class ReliabilityOut(BaseModel):
    """Cronbach's alpha over those who answered every item (listwise), whole blocks of five respondents."""

    parameters: Parameters
    items: list[Driver]
    figure: FigureOut
