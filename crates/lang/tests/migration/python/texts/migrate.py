from models.new import Note


def migrate(note):
    return Note(
        id=note.id,
        upper=note.title.upper(),
        lower=note.title.lower(),
        stripped=note.title.strip(),
        left=note.title.lstrip(),
        right=note.title.rstrip("0."),
        unquoted=note.body.strip("'a\\"),
        length=len(note.title),
        middle=note.title[1:3],
        end=note.body[-2:],
        without_end=note.body[:-1],
        dynamic=note.body[note.n : 20],
        replaced=note.body.replace("a", "4"),
        once=note.body.replace(",", ";", 1),
        parts=note.body.split(","),
        words=note.title.split(),
        count=note.body.count("a"),
        position=note.body.find(note.title),
        contains=note.title in note.body,
        starts=note.title.startswith(("a", "A")),
        ends=note.title.endswith(note.body),
        before=note.title < note.body,
        padded=note.title.rjust(6, "*"),
        dotted=f"{note.title:<8}|{note.n:>4}|{note.n:04d}",
        space=note.title.isspace(),
        doubled=note.title * 2,
        joined=", ".join([note.title, str(note.n)]),
    )
