"""What is wrong with a page as a browser sees it: barriers that axe finds, what runs over its edges, its weight."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDE = {"width": 1366, "height": 768}
ZOOMED = {"width": 683, "height": 384}  # the same screen at 200 %
HEAVIEST = 150_000  # bytes of page, style sheet and scripts, before any compression
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    "resultTypes": ["violations"],
}
SHAPE = """() => {
  const found = document.title.trim() ? [] : ["no title"];
  for (const what of ["h1", "main"]) {
    const number = document.querySelectorAll(what).length;
    if (number !== 1) found.push(`${number} of ${what}`);
  }
  const parts = ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind));
  const weighed = parts.filter(part => !/\\.(png|svg|ico)$/.test(part.name));
  return [found, weighed.reduce((sum, part) => sum + part.decodedBodySize, 0)];
}"""
EDGES = """boxesToo => {
  const root = document.documentElement, found = [];
  const name = one => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 30)}`;
  const over = root.scrollWidth - root.clientWidth;
  if (over > 0) {
    const beyond = one => one.getBoundingClientRect().right > root.clientWidth + 1 && !one.closest(".scroll");
    const out = [...document.body.querySelectorAll("*")].filter(beyond);
    found.push(`scrolls sideways by ${over} px: ${out.slice(0, 2).map(name).join(" | ")}`);
  }
  for (const one of document.querySelectorAll("main *")) {
    const more = one.scrollWidth - one.clientWidth;
    if (more <= 1 || one.clientWidth === 0 || one.closest("svg, .unseen, .skip")) continue;
    const overflow = getComputedStyle(one).overflowX;
    if (overflow === "hidden" || overflow === "clip") found.push(`cuts ${more} px: ${name(one)}`);
    else if (boxesToo && overflow === "auto") found.push(`scrolls in its box by ${more} px: ${name(one)}`);
  }
  return found;
}"""


def findings(page: Page, axe: Axe) -> list[str]:
    """All that is wrong with the page that is open, at full width and at 200 % zoom; the window is wide again after."""
    found, weight = page.evaluate(SHAPE)
    if weight > HEAVIEST:
        found.append(f"weighs {weight:,} bytes")
    found += page.evaluate(EDGES, True)
    found += barriers(page, axe)
    page.set_viewport_size(ZOOMED)
    found += [f"at 200 %: {what}" for what in page.evaluate(EDGES, False)]
    page.set_viewport_size(WIDE)
    return found


def barriers(page: Page, axe: Axe) -> list[str]:
    """What axe finds, each with the first place where it is."""
    broken = axe.run(page, options=RULES).response["violations"]
    return [f"axe {rule['id']} ({len(rule['nodes'])}): {rule['nodes'][0]['html'][:160]}" for rule in broken]
