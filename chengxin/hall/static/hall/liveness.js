/* 动作检测 for the face panel: says what to do, takes a short series of pictures, sends them once.

     import { lively } from "./liveness.js";
     const told = await lively({ base, eye, say, data: { session } });

   `base` is the page's address with its slash, `eye` what camera.js opened, `say(words)` shows one
   sentence.  Returns the server's { words, again, verdict }; null where the hall does not ask for
   steps.  The server compares the face by itself: after an answer without `again` the page only
   asks for its state.  `stopped()` may end it early (the person chose another way): null too. */

import { post } from "../web/page.js";

const READ = 900; // milliseconds to read a step's words before pictures are taken
const FRAMES = { straight: 5, left: 14, right: 14, blink: 18, nod: 14 };
const EVERY = 110; // milliseconds between two pictures

export async function lively({ base, eye, say, data = {}, stopped = () => false, pause = wait }) {
  let drawn;
  try {
    drawn = await post(`${base}liveness`, data);
  } catch (error) {
    if (error.code === "liveness_off") return null;
    throw error;
  }
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...data, check: drawn.check })) form.set(name, value);
  for (const [number, { step, words }] of drawn.steps.entries()) {
    say(words, step);
    await pause(READ);
    for (let shot = 0; shot < FRAMES[step]; shot += 1) {
      if (stopped()) return null;
      form.append(`step${number}`, await eye.picture(), `${shot}.jpg`);
      await pause(EVERY);
    }
  }
  return post(`${base}liveness/answer`, form);
}

function wait(milliseconds) {
  return new Promise((done) => { setTimeout(done, milliseconds); });
}
