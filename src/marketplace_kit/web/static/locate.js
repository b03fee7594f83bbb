// "Near me": asks the device where it is, once, when pressed, and sends the form with the answer in its address.
"use strict";
for (const button of document.querySelectorAll("[data-locate]")) {
  const form = document.getElementById(button.dataset.locate);
  if (!form || !navigator.geolocation) continue;
  button.hidden = false;
  const put = (name, value) => {
    let field = form.elements.namedItem(name);
    if (!field) {
      field = Object.assign(document.createElement("input"), { type: "hidden", name });
      form.append(field);
    }
    field.value = value;
  };
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        if (button.dataset.locateField) {
          // For somebody who is to be visited: the front door, into a field that they see and may change.
          put(button.dataset.locateField, `${coords.latitude.toFixed(5)}, ${coords.longitude.toFixed(5)}`);
          button.disabled = false;
          return;
        }
        // Three decimals are a hundred metres: near enough for a list, too coarse for a front door.
        put("lat", coords.latitude.toFixed(3));
        put("lon", coords.longitude.toFixed(3));
        put("sort", "distance");
        form.submit();
      },
      () => {
        button.disabled = false;
        form.querySelector("[data-locate-refused]").hidden = false;
      },
      { maximumAge: 600000, timeout: 10000 },
    );
  });
}
