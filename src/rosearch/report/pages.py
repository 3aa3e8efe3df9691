"""Templates: what every page shares."""

from functools import cache
from typing import Any

import jinja2


def render(template: str, **content: Any) -> str:
    """Fills a template; all text is escaped, and a name that is missing is an error.

    Args:
        template: Name of a file in ``report/templates``.
        **content: What the template names.
    """
    return _environment().get_template(template).render(**content)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("rosearch.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = lambda share: f"{100 * share:.1f}"
    return environment
