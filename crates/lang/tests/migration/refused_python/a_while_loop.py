def migrate(event):
    while True:
        pass
