"""Analyses as jobs: the counting happens in a thread, piece by piece, so that it can tell of itself and be stopped."""

import asyncio
from typing import TYPE_CHECKING, Any

from kit.context import Context
from kit.jobs import Job, Jobs, Stopped
from survey.analyses import service
from survey.analyses.schemas import AnalysisIn

if TYPE_CHECKING:
    from survey.analyses.study import Answers, Study

jobs = Jobs()
ANALYSE = "insights.analysis"


@jobs.on(ANALYSE, heavy=True)
async def analyse(job: Job, context: Context) -> dict[str, Any]:
    """Stores an ``Analysis`` under the job's own id."""
    from survey.analyses.drivers import Refused

    asked = AnalysisIn.model_validate(job.payload["asked"])
    await service.assign(job.database, context)
    answers: Answers = await service.gather(job.database, asked, job.payload["unit"], context)
    result, reason = None, None
    try:
        result = await _computed(job, asked, answers)
    except Refused as refusal:
        reason = str(refusal)
    row = {
        "id": job.id,
        "kind": asked.kind,
        "parameters": job.payload["asked"] | {"time_zone": job.payload["time_zone"]},
        "unit": job.payload["unit"],
        "seed": asked.seed,
        "n": answers.n if result else 0,
        "digest": answers.digest,
        "result": result,
        "reason": reason,
        "requested_by": job.payload["requested_by"],
        "created_at": context.clock.now(),
    }
    async with job.database.writing() as session:
        await service.store(session, row)
    return {"analysis": str(job.id)}


async def _computed(job: Job, asked: AnalysisIn, answers: "Answers") -> dict[str, Any]:
    from survey.analyses.study import Study

    study = await asyncio.to_thread(Study, asked, answers)
    repeated = await _repeated(job, study) if study.repeats and asked.resamples else None
    return await asyncio.to_thread(study.result, repeated)


async def _repeated(job: Job, study: "Study") -> Any:
    import numpy as np

    from survey.analyses.bootstrap import AT_ONCE, resamples

    wanted, rows = study.asked.resamples, []
    for first in range(0, wanted, AT_ONCE):
        if not await job.progress(1 + 98 * first // wanted):
            raise Stopped(f"after {first} of {wanted} resamples")
        told = {"seed": study.asked.seed, "first": first, "count": min(AT_ONCE, wanted - first)}
        rows.append(await asyncio.to_thread(resamples, study.statistic, study.weights, **told))
    return np.concatenate(rows)
