"""What the launcher says when the machine, not Gridloop, stands in the way."""


class MachineError(Exception):
    """One sentence for the person at the terminal; the command ends with ``exit_code``."""

    exit_code = 1
