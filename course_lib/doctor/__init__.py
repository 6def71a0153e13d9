"""The doctor: say what is wrong with an installation, and how to mend it.

It imports nothing beyond Python itself until a check asks for it, so that it can speak
where torch, or everything, is missing. In a notebook: `doctor.report()`.
"""

from course_lib.console import speak_anywhere
from course_lib.doctor.datasets import check_data, check_room
from course_lib.doctor.findings import Advice, Trouble
from course_lib.doctor.front_end import check_widgets
from course_lib.doctor.interpreter import check_platform, check_python
from course_lib.doctor.machine import check_device, check_threads
from course_lib.doctor.own_files import check_own_files, put_last
from course_lib.doctor.packages import check_packages, check_torch, required
from course_lib.doctor.places import check_environment, check_package, course_python

__all__ = ["CHECKS", "Advice", "Trouble", "course_python", "main", "report", "required"]

CHECKS = [check_python, check_platform, check_environment, check_packages, check_torch]
CHECKS += [check_device, check_threads, check_data, check_room]
CHECKS += [check_package, check_own_files, check_widgets]


def report():
    """Run every check and print what it found, and how to mend it."""
    main()


def main():
    """Report; return 0 if all is well, and 1 if not or if a check could not look."""
    speak_anywhere()
    troubles, unknown = 0, 0
    with put_last():
        for check in CHECKS:
            try:
                print(f"✔ {check()}")
            except Advice as advice:
                print(f"· {advice}\n  → {advice.remedy}")
            except Trouble as trouble:
                troubles += 1
                print(f"✘ {trouble}\n  → {trouble.remedy}")
            except Exception as error:  # mostly one that an earlier check has told
                unknown += 1
                print(f"? {check.__name__} could not look: {error}")
    print(_sum_up(troubles, unknown))
    return int(troubles + unknown > 0)


def _sum_up(troubles, unknown):
    if not unknown:
        return f"{troubles} to mend." if troubles else "All is well."
    blind = f"{unknown} could not look"
    if troubles:
        return f"{troubles} to mend, and {blind}: mend, and ask again."
    return f"{blind}, so nobody knows whether all is well."
