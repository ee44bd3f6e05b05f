"use strict";

// Moves the token of a link from the fragment of the URL into the form. It sends nothing: the user clicks.
const field = document.getElementById("token");
const token = new URLSearchParams(location.hash.slice(1)).get("token");
if (field && token) {
  field.value = token;
  history.replaceState(null, "", location.pathname);
}
if (field && field.value) {
  document.getElementById("token-row").hidden = true;
}
const error = document.getElementById("error");
if (error) {
  error.focus();
}
