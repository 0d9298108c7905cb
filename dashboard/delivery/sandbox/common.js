"use strict";
// What both pages of the sandbox share: the language last chosen, elements, calls.
const $ = id => document.getElementById(id);
let language = "hi";
try { language = localStorage.getItem("sandbox-language") === "en" ? "en" : "hi"; } catch (error) { /* private window: Hindi */ }

function element(tag, text, className) {  // text goes in as text, never as markup
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}
async function call(path, body) {
  const options = body ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {};
  const answer = await fetch(path, options);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}
