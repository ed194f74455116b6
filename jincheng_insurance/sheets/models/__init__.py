"""Tables of workbooks coming in (abstract: apps make tables of them) and of exports going out."""

from jincheng_insurance.sheets.models.export import Export
from jincheng_insurance.sheets.models.upload import StagedRow, Upload

__all__ = ["Export", "StagedRow", "Upload"]
