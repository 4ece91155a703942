"""The survey service: asks the customer, takes the answer in, and counts what it comes to."""

from pathlib import Path

from fastapi import FastAPI

from kit.clock import Clock
from kit.http import Runtime, create_service
from survey.analyses import endpoints as analyses
from survey.analyses import jobs as analysis_jobs
from survey.anonymous import timers as anonymous_timers
from survey.anonymous_topics import endpoints as anonymous_topics
from survey.anonymous_topics import jobs as anonymous_topic_jobs
from survey.campaigns import endpoints as campaigns
from survey.contacts import endpoints as contacts
from survey.deliveries import endpoints as deliveries
from survey.deliveries import service as delivery
from survey.dry_runs import endpoints as dry_runs
from survey.effects import consumers as effect_consumers
from survey.effects import endpoints as effects
from survey.exchange.exports import endpoints as exports
from survey.exchange.exports import jobs as export_jobs
from survey.exchange.files import timers as file_timers
from survey.exchange.imports import endpoints as imports
from survey.exchange.imports import jobs as import_jobs
from survey.experiences import consumers as experience_consumers
from survey.honesty import endpoints as honesty
from survey.honesty import jobs as honesty_jobs
from survey.honesty import timers as honesty_timers
from survey.insights import endpoints as insights
from survey.intake import endpoints as intake
from survey.invitations import consumers as invitation_consumers
from survey.invitations import endpoints as invitations
from survey.invitations.guessing import Guesses
from survey.needs import endpoints as needs
from survey.priorities import endpoints as priorities
from survey.privacy.keys import endpoints as keys
from survey.privacy.keys import jobs as key_jobs
from survey.privacy.persons import endpoints as persons
from survey.privacy.retention import endpoints as retention
from survey.privacy.retention import timers as retention_timers
from survey.published.service import FoldLoop
from survey.questionnaires import endpoints as questionnaires
from survey.rates import endpoints as rates
from survey.responses import endpoints as responses
from survey.rounds import consumers as round_consumers
from survey.rounds import endpoints as rounds
from survey.rounds import jobs as round_jobs
from survey.rounds import timers as round_timers
from survey.scales import endpoints as scales
from survey.settings import Settings
from survey.topics import endpoints as topics
from survey.topics import jobs as topic_jobs

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
ROUTERS = [
    intake.router,  # first: looking through all others costs a fifth of what an answer may cost
    imports.router,  # before contacts, whose paths take any account
    imports.past,
    exports.router,
    keys.router,
    persons.router,
    retention.router,
    contacts.router,
    priorities.router,  # before needs, whose paths take any code
    needs.router,
    questionnaires.router,
    dry_runs.router,  # before campaigns, whose paths take any id
    campaigns.router,
    rounds.router,
    rates.router,
    deliveries.router,
    invitations.router,
    responses.router,
    effects.router,
    scales.router,
    analyses.router,
    anonymous_topics.router,
    topics.router,
    honesty.router,
    insights.router,
]


def create_app(settings: Settings | None = None, *, clock: Clock | None = None) -> FastAPI:
    """The app as uvicorn runs it; settings come from the environment unless given."""
    app = create_service(
        settings or Settings(),
        name="survey",
        migrations=MIGRATIONS,
        routers=ROUTERS,
        on_start=[_fold, _wait_for_the_month],
        consumers=[
            invitation_consumers.consumers,
            round_consumers.consumers,
            effect_consumers.consumers,
            experience_consumers.consumers,
        ],
        timers=[
            anonymous_timers.timers,
            file_timers.timers,
            honesty_timers.timers,
            retention_timers.timers,
            round_timers.timers,
        ],
        jobs=[
            honesty_jobs.jobs,
            analysis_jobs.jobs,
            topic_jobs.jobs,
            anonymous_topic_jobs.jobs,
            import_jobs.jobs,
            export_jobs.jobs,
            key_jobs.jobs,
            round_jobs.jobs,
        ],
        messages=[delivery.messages],
        clock=clock,
        description="Contacts, questionnaires, campaigns, invitations, responses and what they come to.",
    )
    app.state.guesses = Guesses()
    return app


async def _fold(runtime: Runtime) -> None:
    runtime.add(FoldLoop(runtime.database, runtime.context))


async def _wait_for_the_month(runtime: Runtime) -> None:
    async with runtime.database.writing() as session:
        await honesty_timers.begin(session, runtime.context)
