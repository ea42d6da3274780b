"""`datapackage.json` of a run folder: every file with its columns, units and hash.

The layout is that of the Data Package standard; types come from the declarations, never from a
guess, since county codes would become numbers.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from tokenworks.errors import InputError, Problem
from tokenworks.exchange.files import written_beside
from tokenworks.io.run_folder import INPUTS, MANIFEST, SCENARIO, TABLES, read_run
from tokenworks.schema.columns import Column, Kind, Table
from tokenworks.schema.results import RESULT_TABLES
from tokenworks.schema.results_prices import PRICES
from tokenworks.schema.tables import INPUT_TABLES

FILE = "datapackage.json"
_TYPES = {
    Kind.TEXT: "string",
    Kind.NUMBER: "number",
    Kind.INTEGER: "integer",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
}


def datapackage(folder: Path | str) -> dict[str, Any]:
    """What `datapackage.json` of a run folder holds.

    Raises
    ------
    InputError
        Where the folder is no run folder.
    """
    folder = Path(folder)
    manifest, _, _ = read_run(folder)
    declared = {**RESULT_TABLES, PRICES.name: PRICES}
    resources = [_file(folder, SCENARIO, "yaml"), _file(folder, MANIFEST, "json")]
    for part, tables in ((INPUTS, INPUT_TABLES), (TABLES, declared)):
        for path in sorted((folder / part).glob("*.parquet")):
            resource = _file(folder, f"{part}/{path.name}", "parquet")
            table = tables.get(path.stem)
            resources.append({**resource, **({} if table is None else _schema(table))})
    return {
        "profile": "data-package",
        "name": manifest["scenario"],
        "title": manifest.get("title", ""),
        "created": manifest["created"],
        "tokenworks": {key: manifest[key] for key in ("inputs_sha256", "status", "usd_year")},
        "resources": resources,
    }


def write_datapackage(folder: Path | str, path: Path | str | None = None) -> Path:
    """Write it, into the run folder itself where no other file is named.

    Raises
    ------
    InputError
        Where a file outside the folder is named: its resources are relative to it.
    """
    folder = Path(folder)
    to = folder / FILE if path is None else Path(path)
    if to.resolve().parent != folder.resolve():
        words = "a data package lies beside the files that it describes"
        raise InputError([Problem(str(to), 0, "", words, f"name {folder / FILE}")])
    text = json.dumps(datapackage(folder), indent=2, ensure_ascii=False, allow_nan=False)
    with written_beside(to, force=True) as draft:
        draft.write_text(text + "\n", encoding="utf-8")
    return to


def _file(folder: Path, name: str, form: str) -> dict[str, Any]:
    content = (folder / name).read_bytes()
    return {
        "name": name.rpartition(".")[0].replace("/", "-").replace("_", "-"),
        "path": name,
        "format": form,
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }


def _schema(table: Table) -> dict[str, Any]:
    return {
        "description": table.row,
        "schema": {
            "fields": [_field(column) for column in table.columns],
            "primaryKey": list(table.key),
        },
    }


def _field(column: Column) -> dict[str, Any]:
    number = column.kind in (Kind.NUMBER, Kind.INTEGER)
    return {
        "name": column.name,
        "type": _TYPES[column.kind],
        "description": column.description,
        **({"unit": column.unit} if number else {}),
    }
