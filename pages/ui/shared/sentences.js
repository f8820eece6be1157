// The sentences of a script in the person's language. Stands before each script that says some.

let sentences = {}; // by the English ones, which are their own keys

// A sentence as the person reads it: whole, and found in the script by what brings it into the catalogues.
function _(sentence) {
  return sentences[sentence] ?? sentence;
}

// Takes what `in_script` of the server gives; call it before anything is said.
function speak(data) {
  sentences = JSON.parse(data.sentences);
}
