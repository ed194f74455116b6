"""How `make docs` builds these documents. The Markdown stays plain, to be read as it is: what Sphinx wants beside it,
the tables of contents of its sidebar, is added here while it reads."""

from sphinx.application import Sphinx

project = "晋城市防贫综合保险"
extensions = ["myst_parser"]
exclude_patterns = ["cases", "screens"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = project
html_show_copyright = False
html_show_sphinx = False

CONTENTS = {
    "index": ["guide/zh/index", "guide/en/index", "scheme", "api", "deploy", "security", "testing", "look", "adr/*"],
    "guide/zh/index": ["*"],
    "guide/en/index": ["*"],
}


def add_contents(app: Sphinx, name: str, source: list[str]) -> None:
    if name in CONTENTS:
        entries = "\n".join(CONTENTS[name])
        source[0] += f"\n\n```{{toctree}}\n:hidden:\n:glob:\n\n{entries}\n```\n"


def setup(app: Sphinx) -> None:
    app.connect("source-read", add_contents)
