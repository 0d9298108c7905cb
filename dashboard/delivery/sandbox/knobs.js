"use strict";
// Each knob stands in one group; one that is missing here is shown in the last.
const GROUPS = {
  messages: ["delivered_rate", "read_rate", "failed_rate", "failed_code", "fail_endings", "sent_delay", "delivered_delay", "read_delay",
    "delay_spread", "duplicate_rate", "shuffle", "hide_numbers", "odd_rate"],
  answers: ["latency", "refuse_rate", "refuse_code", "refuse_endings", "held_rate", "held_seconds", "held_drop_rate"],
  limits: ["throughput", "daily_limit", "daily_code", "pair_seconds", "pair_burst", "management_limit"],
  faults: ["outage", "token_expired", "timeout_rate", "reset_rate", "server_error_rate", "half_answer_rate", "lost_rate"],
  account: ["quality", "approve_templates", "reject_templates", "marketing_templates", "review_seconds", "templates_paused",
    "templates_disabled", "pause_seconds"],
};
const CHOICES = { quality: ["GREEN", "YELLOW", "RED"] };
const COLUMNS = { status: ["PENDING", "APPROVED", "REJECTED", "PAUSED", "DISABLED"], category: ["UTILITY", "MARKETING"],
  quality: ["UNKNOWN", "GREEN", "YELLOW", "RED"] };
const OTHER = { hi: "English", en: "हिन्दी" };
const COUNTS = ["accepted", "reported", "waiting", "templates"];
let words = {}, drawn = "";
const has = key => key in words[language];
const word = key => words[language][key] || key;

function group(number) {  // lakh and crore
  const text = String(number), tail = text.slice(-3), head = text.slice(0, -3);
  return head ? head.replace(/\B(?=(\d{2})+$)/g, ",") + "," + tail : tail;
}
function drawWords() {
  document.documentElement.lang = language;
  document.querySelectorAll("[data-word]").forEach(node => { node.textContent = word(node.dataset.word); });
  $("language").textContent = OTHER[language];
  $("heads").replaceChildren(...["name", "language", ...Object.keys(COLUMNS)].map(name => element("th", word("column_" + name))));
  drawn = "";
  refresh();
}
async function change(path, body) {
  try { await call(path, body); $("problem").textContent = ""; }
  catch (error) { $("problem").textContent = word(error.message === "400" ? "problem_knob" : "problem_down"); }
  drawn = "";
  await refresh();
}
function drawDays(state) {
  $("days").replaceChildren(...state.presets.map(name => {
    const button = element("button");
    button.type = "button";
    button.id = "day-" + name;
    button.setAttribute("aria-pressed", String(state.preset === name));
    button.append(element("strong", word("day_" + name)), element("small", word("day_" + name + "_text")));
    button.onclick = () => change("/sandbox/preset", { name });
    return button;
  }));
}
function drawKnob(name, value) {
  const isText = typeof value === "string" && !(name in CHOICES), isShare = name.endsWith("_rate");
  const row = element("div", undefined, isText ? "knob long" : "knob"), label = element("label", word("knob_" + name));
  const input = element(name in CHOICES ? "select" : "input");
  input.id = "knob-" + name;
  label.htmlFor = input.id;
  if (has("help_" + name)) label.append(element("small", word("help_" + name)));
  if (name in CHOICES) input.append(...CHOICES[name].map(one => new Option(word("value_" + one), one, one === value, one === value)));
  else if (typeof value === "boolean") { input.type = "checkbox"; input.checked = value; }
  else if (isText) { input.type = "text"; input.value = value; input.placeholder = "07:131026, 13:131050"; }
  else { input.type = "number"; input.min = "0"; input.step = "any"; input.value = isShare ? +(value * 100).toFixed(4) : value; }
  input.onchange = () => {
    const typed = typeof value === "boolean" ? input.checked : typeof value === "string" ? input.value : Number(input.value);
    change("/sandbox/knobs", { [name]: isShare ? typed / 100 : typed });
  };
  row.append(label, input);
  return row;
}
function drawGroups(knobs) {
  const left = new Set(Object.keys(knobs));
  const boxes = Object.entries(GROUPS).map(([title, names]) => {
    const box = element("fieldset");
    box.append(element("legend", word("group_" + title)));
    names.filter(name => left.delete(name)).forEach(name => box.append(drawKnob(name, knobs[name])));
    return box;
  });
  left.forEach(name => boxes[boxes.length - 1].append(drawKnob(name, knobs[name])));
  $("groups").replaceChildren(...boxes);
}
function drawTemplates(templates) {
  $("templates").replaceChildren(...templates.map(one => {
    const row = element("tr");
    row.append(element("td", one.name), element("td", word("language_" + one.language)));
    Object.entries(COLUMNS).forEach(([column, values]) => {
      const cell = element("td"), select = element("select");
      select.setAttribute("aria-label", word("column_" + column) + ": " + one.name + " " + one.language);
      select.append(...values.map(value => new Option(word("value_" + value), value, false, value === one[column])));
      if (column === "quality") select.options[0].disabled = true;
      select.onchange = () => change("/sandbox/templates", { name: one.name, language: one.language, [column]: select.value });
      cell.append(select);
      row.append(cell);
    });
    return row;
  }));
}
async function refresh() {
  try {
    const [state, templates] = await Promise.all([call("/sandbox/state"), call("/sandbox/templates")]);
    $("counts").replaceChildren(...COUNTS.map(name => {
      const box = element("div");
      box.append(element("dt", word("count_" + name)), element("dd", group(state.counts[name])));
      return box;
    }));
    const now = JSON.stringify([language, state.knobs, templates]);
    if (now !== drawn) {  // what one is typing into is left alone as long as nothing changes
      drawDays(state);
      drawGroups(state.knobs);
      drawTemplates(templates);
      drawn = now;
    }
    if ($("problem").textContent === word("problem_down")) $("problem").textContent = "";
  } catch (error) { $("problem").textContent = word("problem_down"); }
}
$("language").onclick = () => {
  language = language === "hi" ? "en" : "hi";
  try { localStorage.setItem("sandbox-language", language); } catch (error) { /* not remembered */ }
  drawWords();
};
call("/sandbox/words").then(all => { words = all; drawWords(); setInterval(refresh, 1500); });
