def migrate(event)
    return event
