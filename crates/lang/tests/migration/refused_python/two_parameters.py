def migrate(event, context):
    return event
