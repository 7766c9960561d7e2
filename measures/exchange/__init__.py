"""The register as tables in files: read, check, compare with the database. Nothing is written here.

    bytes --reading--> raw rows --checking--> typed rows --relations, plan--> a plan, or problems

A later kind of file needs only another `reading`. The plan is carried out by
`measures.actions.register`.
"""
