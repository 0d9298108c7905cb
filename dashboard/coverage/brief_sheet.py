"""A brief's words and drawings in one language: all that `brief.typ` prints, ready made."""

from datetime import date
from typing import Any

from dashboard.coverage.brief import Brief, Standing
from dashboard.coverage.brief_map import OUTSIDE, DistrictMap, draw_map, name_district
from dashboard.coverage.figures import Coverage
from dashboard.coverage.funnel import STEPS
from dashboard.ui.catalogue import say
from dashboard.ui.formats import DASH, day, group_digits, moment, percent, share, shorten, signed

# The five states in the order and colours of the pages' charts, with the ink that is read on each.
STATE_COLOURS = {
    "enrolled": ("#0072B2", "#FFFFFF"),
    "on_file": ("#74BDE8", "#14202E"),
    "opted_out": ("#E0E0E0", "#14202E"),
    "unusable": ("#D07A00", "#14202E"),
    "missing": ("#8F2A0C", "#FFFFFF"),
}
_LONGEST_NAME = 80
_LONGEST_LIST = 10  # offices directly below that the first page has room for
_MOVING = ("consumers", "enrolled", "to_collect")
Sheet = dict[str, Any]


def write_sheet(brief: Brief, language: str) -> Sheet:
    """Return all that the template prints, in words and written numbers of one language."""

    def words(key: str, **values: Any) -> str:
        return say(language, f"brief.{key}", **values)

    figures = brief.figures
    return {
        "language": language,
        "brand": say(language, "page.brand").replace("**", ""),
        "title": words("title"),
        "office": brief.office.name_in(language),
        "path": " › ".join(one.name_in(language) for one in brief.path[:-1]),
        "level": f"{say(language, f'level.{brief.office.level}')} · {brief.office.code}",
        "as_on": words("as_on", day=day(brief.day)),
        "made_at": words("made_at", moment=moment(brief.made_at)),
        "page": words("page", page="PAGE", pages="PAGES"),
        "is_empty": not figures.consumers,
        "empty": words("empty"),
        "rate": percent(figures.rate("enrolled")),
        "headline": words("headline"),
        "total": words(
            "total", count=group_digits(figures.consumers), enrolled=group_digits(figures.enrolled),
            gap=group_digits(figures.to_collect), rate=percent(share(figures.to_collect, figures.consumers)),
        ),
        "states_title": words("states"),
        "states": [_write_state(figures, state, language) for state in STATE_COLOURS],
        "funnel_title": words("funnel"),
        "funnel": _write_funnel(brief, language),
        "funnel_note": say(language, "coverage.funnel_paper") if brief.funnel.joined > brief.funnel.verified else "",
        "target": write_target(brief, language),
        "movement": _write_movement(brief, language),
        "charts": _write_charts(brief, language),
        "trend_none": words("trend_none"),
        "below": _write_below(brief, language),
        "ranked": _write_ranked(brief, language),
        "map": _write_map(brief, draw_map(brief.districts), language),
        "next_title": words("next"),
        "next": _write_next(brief, language),
        "signatures": [words("signature_made"), words("signature_seen")],
        "signature_name": words("signature_name"),
        "definition": words("definition"),
    }  # fmt: skip


def _write_state(figures: Coverage, state: str, language: str) -> Sheet:
    count, rate = getattr(figures, state), figures.rate(state)
    colour, ink = STATE_COLOURS[state]
    return {
        "name": say(language, f"state.{state}"), "short": shorten(count, language), "count": group_digits(count),
        "rate": percent(rate), "share": rate, "colour": colour, "ink": ink, "state": state,
    }  # fmt: skip


def _write_funnel(brief: Brief, language: str) -> list[Sheet]:
    funnel = brief.funnel
    return [
        {
            "name": say(language, f"coverage.step_{step}"), "count": group_digits(getattr(funnel, step)),
            "rate": percent(share(getattr(funnel, step), funnel.consumers)), "share": share(getattr(funnel, step), funnel.consumers) or 0,
        }
        for step in STEPS
    ]  # fmt: skip


def write_target(brief: Brief, language: str) -> str:
    """Return the office's target and the day at which the last weeks' pace reaches it, with its range."""
    outlook = brief.outlook
    if outlook is None:
        return say(language, "coverage.target_none")
    told = outlook.forecast
    target = say(
        language, "coverage.target", rate=percent(outlook.share, 0), day=day(outlook.by_day), goal=group_digits(outlook.goal)
    )  # fmt: skip
    promise = say(
        language, f"coverage.outlook_{told.told}", per_week=signed(round(told.per_week)),
        day=day(told.day), earliest=day(told.earliest), latest=day(told.latest),
    )  # fmt: skip
    return f"{target} {promise}".replace("**", "")


def name_count(name: str, language: str) -> str:
    """Return the words of a count: consumers, to collect, or a state."""
    return say(language, f"brief.{name}" if name in ("consumers", "to_collect") else f"state.{name}")


def _write_movement(brief: Brief, language: str) -> Sheet:
    now, movements = brief.figures, brief.movements
    heads = [say(language, f"brief.movement_{one.span}", day=day(one.since)) for one in movements]
    rows = [
        [name_count(name, language), group_digits(getattr(now, name))]
        + [_write_change(getattr(now, name) - getattr(one.before, name)) for one in movements]
        for name in _MOVING
    ]
    return {
        "title": say(language, "brief.movement"), "none": say(language, "brief.movement_none"),
        "head": ["", say(language, "brief.movement_now"), *heads], "rows": rows if movements else [],
    }  # fmt: skip


def _write_change(change: int) -> str:
    return f"+{group_digits(change)}" if change > 0 else group_digits(change)


def _write_charts(brief: Brief, language: str) -> list[Sheet]:
    if len(brief.days) < 2:
        return []
    lines = (("enrolled", STATE_COLOURS["enrolled"][0]), ("to_collect", STATE_COLOURS["missing"][0]))
    return [_write_chart(brief.days, name, colour, language) for name, colour in lines]


def _write_chart(days: tuple[tuple[date, Coverage], ...], name: str, colour: str, language: str) -> Sheet:
    """A line within its own lowest and highest value; x and y from 0 to 1, y upwards."""
    values = [int(getattr(figures, name)) for _, figures in days]
    first, last = days[0][0], days[-1][0]
    low, high = scale_of(values)
    width = (last - first).days or 1
    points = [
        ((at - first).days / width, (value - low) / (high - low))
        for (at, _), value in zip(days, values, strict=True)
    ]
    title = say(language, "brief.trend", what=name_count(name, language), first=day(first), last=day(last))
    return {
        "title": title, "colour": colour, "points": points,
        "low": shorten(low, language), "high": shorten(high, language), "last": group_digits(values[-1]),
    }  # fmt: skip


def scale_of(values: list[int]) -> tuple[int, int]:
    """Return the ends of a chart's scale: no narrower than a tenth of the highest value, so that a flat line looks flat."""
    low, high = min(values), max(values)
    narrowest = max(high // 10, 4)
    if high - low < narrowest:
        low = max((low + high - narrowest) // 2, 0)
        high = low + narrowest
    return low, high


def _table_head(language: str) -> list[str]:
    return [
        say(language, f"brief.{key}")
        for key in ("rank", "office", "consumers", "to_collect", "gap_rate", "enrolled_rate")
    ]


def _write_standing(place: int | str, one: Standing, language: str) -> list[str]:
    figures = one.figures
    return [
        str(place), one.name_in(language), group_digits(figures.consumers), group_digits(figures.to_collect),
        percent(one.gap_rate), percent(figures.rate("enrolled")),
    ]  # fmt: skip


def _write_below(brief: Brief, language: str) -> Sheet | None:
    """The level below, whole; None where it is too long for a page or the ranked list shows it already."""
    if not 0 < len(brief.below) <= _LONGEST_LIST or brief.below_level == brief.ranked_level:
        return None
    level = say(language, f"level.{brief.below_level}")
    rows = [_write_standing(place, one, language) for place, one in enumerate(brief.below, 1)]
    rest = brief.figures.consumers - sum(one.figures.consumers for one in brief.below)
    if rest > 0:
        rows.append(
            ["", say(language, "brief.below_rest", level=level), group_digits(rest), DASH, DASH, DASH]
        )
    return {
        "title": say(language, "brief.below", level=level), "head": _table_head(language), "rows": rows,
    }  # fmt: skip


def _write_ranked(brief: Brief, language: str) -> Sheet:
    total = len(brief.ranked)
    worst = [_write_standing(place, one, language) for place, one in enumerate(brief.worst, 1)]
    best = [_write_standing(place, one, language) for place, one in enumerate(brief.best, 1)]
    note = ""
    if brief.ranked_level:
        level = say(language, f"level.{brief.ranked_level}")
        note = say(language, "brief.ranked_level", level=level, count=group_digits(total))
    return {
        "head": _table_head(language), "note": note,
        "worst_title": say(language, "brief.worst"), "worst": worst, "none": say(language, "brief.below_none"),
        "best_title": say(language, "brief.best"), "best": best, "all_title": say(language, "brief.all_ranked"),
    }  # fmt: skip


def _write_map(brief: Brief, drawn: DistrictMap | None, language: str) -> Sheet:
    sheet: Sheet = {
        "title": say(language, "brief.map"),
        "none": say(language, "brief.map_none"),
        "is_drawn": drawn is not None,
    }
    if drawn is None:
        return sheet
    places = {one.code: str(place) for place, one in enumerate(drawn.behind, 1)}
    labels = [
        {
            "x": label.x, "y": label.y, "is_place": not drawn.names_all, "is_neighbour": label.is_neighbour,
            "text": name_district(label.district, language) if drawn.names_all else places[label.district],
        }
        for label in drawn.labels
    ]  # fmt: skip
    rest = brief.no_district
    return sheet | {
        "svg": drawn.svg, "ratio": drawn.ratio, "alt": say(language, "brief.map_alt"), "labels": labels,
        "legend_title": say(language, "brief.map_legend"), "legend": _write_legend(drawn, language),
        "behind_title": say(language, "brief.map_behind"), "behind": _write_behind(drawn, language),
        "rest": say(language, "brief.map_rest", count=group_digits(rest)) if rest else "",
    }  # fmt: skip


def _write_legend(drawn: DistrictMap, language: str) -> list[Sheet]:
    legend = []
    for shade in drawn.shades:
        gap = shorten(sum(one.figures.to_collect for one in shade.districts), language)
        text = say(language, "brief.map_class_count", count=len(shade.districts), gap=gap)
        legend.append(
            {
                "colour": shade.colour,
                "range": say(language, "brief.map_class", low=shade.low, high=shade.high),
                "text": text if shade.districts else say(language, "brief.map_class_none"),
            }
        )
    if drawn.shows_others:
        legend.append({"colour": OUTSIDE, "range": say(language, "brief.map_outside"), "text": ""})
    return legend


def _write_behind(drawn: DistrictMap, language: str) -> list[str]:
    return [
        say(
            language, "brief.map_behind_line", name=name_district(one.code, language), rate=percent(one.gap_rate),
            gap=shorten(one.figures.to_collect, language),
        )
        for one in drawn.behind
        if len(drawn.behind) > 1
    ]  # fmt: skip


def _write_next(brief: Brief, language: str) -> list[str]:
    figures = brief.figures
    lines = []
    if figures.to_collect:
        count = group_digits(figures.to_collect)
        most = max(brief.ranked, key=lambda one: one.figures.to_collect, default=None)
        if most and most.figures.to_collect:
            gap = group_digits(most.figures.to_collect)
            lines.append(
                say(language, "brief.next_collect", count=count, office=_cut(most.name_in(language)), gap=gap)
            )
        else:
            lines.append(say(language, "brief.next_collect_only", count=count))
    if figures.on_file:
        lines.append(say(language, "brief.next_invite", count=group_digits(figures.on_file)))
    return lines


def _cut(name: str) -> str:
    """A name within a sentence: one that is far too long would push the rest off its page."""
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME].rstrip()}…"
