DESK = "triage"  # the name under which the platform keeps what is this desk's
