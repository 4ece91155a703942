"""Months whose answers were looked through."""


async def looked_through(survey):
    """Which month was, as often as it was, by now."""
    await survey.fire_timers()
    while await survey.runtime.jobs.run_next():
        pass
    rows = await survey.sql("SELECT payload ->> 'month' AS month, state FROM job WHERE kind = 'insights.honesty'")
    assert {row["state"] for row in rows} <= {"done"}
    return sorted(row["month"] for row in rows)
