"""A camera on the hall PC that follows the USB video class (UVC): window camera, document camera.

The picture is taken anew each time and the camera let go at once: no other program of the PC is
kept from it, and its lamp says when somebody is seen.
"""

from __future__ import annotations

from pathlib import Path

import cv2

from chengxin.devices.words import DeviceUnavailable, Words

DOCUMENT_SIZE = (2592, 1944)  # asked for; a camera gives the nearest that it has
WARM_UP = 5  # first pictures, while the camera finds its light

BUSY = Words("摄像头被其他程序占用，请关闭后重试", "Another program uses the camera; close it.")
UNPLUGGED = Words("摄像头未连接或已拔出，请检查连线", "The camera is not plugged in.")


class UsbCamera:
    """`source`: the camera's number ("0"), or its device file on Linux ("/dev/video2")."""

    def __init__(self, source: str, size: tuple[int, int] = (640, 480)) -> None:
        self._source = source
        self._size = size

    def there(self) -> bool:
        file = Path(self._source if not self._source.isdecimal() else f"/dev/video{self._source}")
        known = Path("/dev").exists()  # Windows names no file: it is known when it is used
        return file.exists() or not known

    def picture(self) -> bytes:
        if not self.there():
            raise DeviceUnavailable(UNPLUGGED)
        number = int(self._source) if self._source.isdecimal() else self._source
        camera = cv2.VideoCapture(number)
        try:
            if not camera.isOpened():
                raise DeviceUnavailable(BUSY, code=103)
            camera.set(cv2.CAP_PROP_FRAME_WIDTH, self._size[0])
            camera.set(cv2.CAP_PROP_FRAME_HEIGHT, self._size[1])
            for _ in range(WARM_UP):
                camera.grab()
            seen, frame = camera.read()
        finally:
            camera.release()
        if not seen:
            raise DeviceUnavailable(UNPLUGGED)
        _, coded = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 95])
        return bytes(coded.tobytes())
