"""What the Makefile asks: which part of set-up is to be done again?"""

import sys

from course_lib.doctor.findings import ROOT, installed
from course_lib.doctor.packages import required, unfit
from course_lib.doctor.places import found_elsewhere, started_instead


def undone():
    """Return "anew" for an environment of another place or of a Python that is no use.

    Else return "lab", if what the lessons need is not all there; "test", if what the
    tests need besides is not; and "nothing".
    """
    if not (3, 11) <= sys.version_info[:2] <= (3, 14) or started_instead():
        return "anew"
    if not installed() or any(unfit(required())):
        return "lab"
    if found_elsewhere() != ROOT / "course_lib":
        return "lab"
    return "test" if any(unfit(required("test"))) else "nothing"


if __name__ == "__main__":
    print(undone())
