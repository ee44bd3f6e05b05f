"use strict";

// The script of all pages. Without it every page works, except for passkeys and the tokens in links.

// --- Links in mails: the token moves from the fragment of the URL into the form. The user sends it.

const tokenField = document.getElementById("token");
const token = new URLSearchParams(location.hash.slice(1)).get("token");
if (tokenField && token) {
  tokenField.value = token;
  history.replaceState(null, "", location.pathname);
}
if (tokenField && tokenField.value) {
  document.getElementById("token-row").hidden = true;
}
document.querySelector("#error, #done")?.focus();

// A page from the memory of the browser may be that of a session that has ended.
addEventListener("pageshow", (event) => event.persisted && location.reload());

// A form that only leads on is sent at once, but not when the user comes back to it.
if (performance.getEntriesByType("navigation")[0]?.type === "navigate") {
  document.querySelector("form[data-submit]")?.requestSubmit();
}

// --- Conveniences: show a password, copy recovery codes, print.

for (const button of document.querySelectorAll("button[data-reveal]")) {
  const field = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });
  field.form.addEventListener("submit", () => { field.type = "password"; }); // so that it is never remembered as a text
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const lines = [...document.querySelectorAll(button.dataset.copy)].map((each) => each.textContent.trim());
    await navigator.clipboard.writeText(lines.join("\n"));
    button.textContent = button.dataset.copied;
  });
}

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// --- Passkeys (WebAuthn). Browsers before 2024 lack the two functions from and to JSON.

const decode = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
const encode = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const decodeIds = (descriptors) => descriptors?.map((each) => ({ ...each, id: decode(each.id) }));

function creationOptions(json) {
  if (PublicKeyCredential.parseCreationOptionsFromJSON) {
    return PublicKeyCredential.parseCreationOptionsFromJSON(json);
  }
  const user = { ...json.user, id: decode(json.user.id) };
  const excludeCredentials = decodeIds(json.excludeCredentials);
  return { ...json, user, excludeCredentials, challenge: decode(json.challenge) };
}

function requestOptions(json) {
  if (PublicKeyCredential.parseRequestOptionsFromJSON) {
    return PublicKeyCredential.parseRequestOptionsFromJSON(json);
  }
  return { ...json, allowCredentials: decodeIds(json.allowCredentials), challenge: decode(json.challenge) };
}

function credentialJSON(credential) {
  if (credential.toJSON) {
    return credential.toJSON();
  }
  const response = { transports: credential.response.getTransports?.() };
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) {
      response[name] = encode(credential.response[name]);
    }
  }
  const { id, type, authenticatorAttachment } = credential;
  return { id, rawId: id, type, authenticatorAttachment, response, clientExtensionResults: credential.getClientExtensionResults() };
}

// A form with data-passkey="create" or "get" asks the address in data-options for a token and options, lets the
// authenticator answer, and sends both in its fields "token" and "credential".

class PasskeyForm {
  constructor(form) {
    this.form = form;
    this.message = form.querySelector("[data-message]");
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.run();
    });
  }

  async options() {
    const body = new URLSearchParams(new FormData(this.form));
    const answer = await fetch(this.form.dataset.options, { method: "POST", body });
    if (answer.status === 409 || answer.status === 422) {
      this.form.submit(); // the answer is the page, with the errors at their fields
      return new Promise(() => {});
    }
    if (!answer.ok) {
      throw new Error(String(answer.status));
    }
    return answer.json();
  }

  // One ceremony at a time: a click ends the one that waits in the autofill list.
  async run(mediation) {
    PasskeyForm.current?.abort();
    const ceremony = PasskeyForm.current = new AbortController();
    const button = this.form.querySelector("button");
    button.disabled = !mediation;
    this.show("");
    try {
      const { token, options } = await this.options();
      const credential = this.form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: creationOptions(options), signal: ceremony.signal })
        : await navigator.credentials.get({ publicKey: requestOptions(options), signal: ceremony.signal, mediation });
      this.form.elements.token.value = token;
      this.form.elements.credential.value = JSON.stringify(credentialJSON(credential));
      this.form.submit();
    } catch (error) {
      button.disabled = false;
      if (!ceremony.signal.aborted && !mediation) {
        this.show(this.form.dataset[MESSAGES[error.name] ?? "failed"]);
      }
    }
  }

  show(text) {
    this.message.textContent = text;
    this.message.hidden = !text;
  }

  // The options of a ceremony expire, and so the one in the autofill list begins again before that.
  async autofill() {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) {
      return;
    }
    this.run("conditional");
    setInterval(() => {
      if (!document.hidden && !this.form.querySelector("button").disabled) {
        this.run("conditional");
      }
    }, Number(this.form.dataset.autofill) * 1000);
  }
}

const MESSAGES = { NotAllowedError: "cancelled", InvalidStateError: "known" };

if (window.PublicKeyCredential) {
  for (const each of document.querySelectorAll("[data-without-passkeys]")) {
    each.hidden = true;
  }
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const passkey = new PasskeyForm(form);
    if (form.dataset.autofill) {
      passkey.autofill();
    }
  }
  for (const each of document.querySelectorAll("[data-accepted-passkeys]")) {
    // The authenticator forgets passkeys that were removed here.
    PublicKeyCredential.signalAllAcceptedCredentials?.(JSON.parse(each.dataset.acceptedPasskeys)).catch(() => {});
  }
}
