/* One look through the camera of a face panel, and what the server says to the picture.

     import { lookAndSend, looking } from "../hall/look.js";
     const { html, refused, blind } = await lookAndSend(address, { drawn, fields });

   The panel has #camera, #frame, #live and #face-words; its page the words #say-no-camera and
   #say-taking.  `html` is what the server answered, `refused` the sentence by which it declined
   (already in the panel), `blind` says that there is nothing to see with.  Nothing of these: it was
   settled before a picture was sent, or another look is under way. */

import { token, words } from "../web/page.js";
import { openEye } from "./camera.js";

const LOOK = 1200; // milliseconds that the person is given to look into the camera

let open = false;

/** Whether somebody stands before the camera just now. */
export function looking() {
  return open;
}

/**
 * `drawn()` gives the address of the demo's face, `fields()` go with the picture; `before(eye, say)`
 * may do something else while the eye is open, and returns true when that settled it.
 */
export async function lookAndSend(url, { drawn, fields = () => ({}), before = async () => false }) {
  if (open) return {};
  open = true;
  const say = (sentence) => { document.getElementById("face-words").textContent = sentence; };
  let eye;
  try {
    eye = await openEye(document.getElementById("camera"), document.getElementById("frame"), drawn).catch(() => null);
    if (!eye) {
      say(words("say-no-camera"));
      return { blind: true };
    }
    document.getElementById("live").hidden = true;
    say(words("say-taking"));
    await new Promise((done) => { setTimeout(done, LOOK); });
    if (await before(eye, say)) return {};
    const told = await sendPicture(url, await eye.picture(), fields());
    if (told.refused) {
      say(told.refused);
      document.getElementById("live").hidden = false;
    }
    return told;
  } finally {
    eye?.close();
    open = false;
  }
}

/** Send one picture with `fields`: the answer's { html }, or the sentence by which it was { refused }. */
export async function sendPicture(url, picture, fields = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set("picture", picture, "face.jpg");
  const headers = { "X-CSRFToken": token(), "HX-Request": "true" };
  const answer = await fetch(url, { method: "POST", body: form, headers }).catch(() => null);
  if (!answer) return { refused: words("link-lost") };
  const html = await answer.text();
  if (answer.ok) return { html };
  const told = document.createElement("div");
  told.innerHTML = html;
  return { refused: told.querySelector(".refusal p")?.textContent ?? answer.statusText };
}
