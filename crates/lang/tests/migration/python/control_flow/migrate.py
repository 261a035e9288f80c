from models.new import Job


def state_of(job):
    if job.error:
        if job.attempts >= 3:
            return "failed"
        return "retrying"
    elif job.attempts == 0:
        return "new"
    return "done"


def migrate(job):
    match job.kind:
        case "NA" | "null":
            return None
        case "abc":
            kind = "letters"
        case "517" if job.attempts > 0:
            kind = "digits"
        case other:
            kind = other
    if not job.id:
        raise KeyError(job.kind)
    assert job.attempts != -1, f"bad attempts of {job.kind}"
    message = ""
    if job.error is not None and len(job.error) > 3:
        message = job.error[:3]
        message += "…"
    if kind == "ABC":
        kind = kind.lower()
    return Job(
        id=job.id,
        kind=kind,
        state=state_of(job),
        weight=job.weight or 1.0,
        doubled=job.weight * 2 if job.weight is not None else None,
        message=message or "fine",
    )
