"""Do the lessons find MNIST, or a way to it and room for it?"""

import shutil
import tempfile

from course_lib.doctor.findings import Trouble

MEANWHILE = "The lessons use digits meanwhile."


def check_data():
    """The lessons find a data set; say which one."""
    from course_lib import data

    try:
        folder = data.folder()
    except ValueError as error:
        raise Trouble(str(error), "Correct COURSE_DATA, or unset it.") from None
    raw = folder / "MNIST" / "raw"
    if not raw.is_dir():
        return _check_mirrors(f"MNIST is not in {folder}", folder)
    try:
        return str(data.load("mnist", offline=True))
    except data.DataError as error:
        try:
            faults = {name: fault for name, fault in _faults(folder).items() if fault}
        except OSError:
            raise Trouble(error.reason, "Let yourself read it.") from None
        if set(faults.values()) != {"missing"}:
            mend = f"Delete {raw}; it is then fetched anew."
            raise Trouble(error.reason, mend) from None
    return _check_mirrors(f"{', '.join(faults)} is not in {raw}", folder)


def _faults(folder):
    """Return what is wrong with the files of MNIST, {name: as find_fault has it}."""
    from course_lib.data import download, torchvision_datasets

    resources = torchvision_datasets.import_datasets().MNIST.resources
    names = [packed[: -len(".gz")] for packed, _ in resources]
    raw = folder / "MNIST" / "raw"
    return {name: download.find_fault(raw / name) for name in names}


def _check_mirrors(finding, folder):
    """Ask the mirrors for the smallest of MNIST's files, where some are not there."""
    from course_lib.data import download, torchvision_datasets

    if download.is_offline():
        return f"{finding}, and COURSE_OFFLINE is set: lessons use digits"
    kind = torchvision_datasets.import_datasets().MNIST
    try:
        download.download(*kind.resources[-1], list(kind.mirrors))
    except download.DataError as error:
        network = "See that this machine has a network (a proxy goes into HTTPS_PROXY)."
        raise Trouble(
            f"{finding}, and {error.reason}",
            f"{MEANWHILE} {error.hint or network} Or copy the folder MNIST/raw from "
            f"another machine to {folder}.",
        ) from None
    return f"{finding} yet: the lessons download it"


def check_room():
    """A data set that is missing could be written."""
    from course_lib import data

    place = data.folder()
    there = not any(_faults(place).values())
    while not place.exists():
        place = place.parent
    try:
        tempfile.TemporaryFile(dir=place).close()
    except OSError as error:
        if there:
            return f"{place} cannot be written to, and MNIST lies there"
        raise Trouble(
            f"{place} cannot be written to ({error.strerror}), and MNIST is not there",
            f"{MEANWHILE} Set COURSE_DATA to a folder that has MNIST, or to one that "
            "you can write to.",
        ) from None
    free = shutil.disk_usage(place).free / 1e6
    if free >= 200:
        return f"{free / 1000:.0f} GB free at {place}"
    if there:
        return f"{free:.0f} MB free at {place}, and MNIST lies there"
    raise Trouble(f"{free:.0f} MB free at {place}", "Make room: 200 MB are enough.")
