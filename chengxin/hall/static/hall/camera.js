/* A camera for kiosk and window: JPEG pictures of 640 by 480 of whoever stands before it.

   Without a camera the demo draws a made-up face instead; a bureau's page throws, and the person
   is verified by hand. */

const SIZE = { width: 640, height: 480 };
const DRAWN_EVERY = 700; // milliseconds between two drawn pictures

/**
 * Open the camera into `video`; or, when there is none and `drawn()` gives an address, a drawn face
 * into `canvas`.  Returns { picture(), close() }; throws when there is nothing to see with.
 */
export async function openEye(video, canvas, drawn = () => "") {
  try {
    return await realEye(video, canvas);
  } catch (error) {
    if (!drawn()) throw error;
    return drawnEye(video, canvas, drawn);
  }
}

async function realEye(video, canvas) {
  if (!navigator.mediaDevices) throw new Error("no camera");
  const stream = await navigator.mediaDevices.getUserMedia({ video: { ...SIZE, facingMode: "user" }, audio: false });
  video.srcObject = stream;
  video.hidden = false;
  canvas.hidden = true;
  await video.play();
  const paper = Object.assign(document.createElement("canvas"), SIZE);
  return {
    picture() {
      paper.getContext("2d").drawImage(video, ...covering(video.videoWidth, video.videoHeight), 0, 0, SIZE.width, SIZE.height);
      return jpegOf(paper);
    },
    close() {
      stream.getTracks().forEach((track) => track.stop());
      video.srcObject = null;
      video.hidden = true;
    },
  };
}

async function drawnEye(video, canvas, drawn) {
  let shot = 0, closed = false;
  video.hidden = true;
  canvas.hidden = false;

  async function draw() {
    const image = new Image();
    shot += 1;
    image.src = `${drawn()}?shot=${shot}`;
    await image.decode();
    if (!closed) canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  }

  await draw();
  const timer = setInterval(() => draw().catch(() => {}), DRAWN_EVERY);
  return {
    picture: () => jpegOf(canvas),
    close() {
      closed = true;
      clearInterval(timer);
      canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
      canvas.hidden = true;
    },
  };
}

/** The middle of a picture of this size in the shape of SIZE: x, y, width, height. */
function covering(width, height) {
  const scale = Math.min(width / SIZE.width, height / SIZE.height);
  const [w, h] = [SIZE.width * scale, SIZE.height * scale];
  return [(width - w) / 2, (height - h) / 2, w, h];
}

function jpegOf(canvas) {
  return new Promise((done, fail) => {
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no picture"))), "image/jpeg", 0.92);
  });
}
