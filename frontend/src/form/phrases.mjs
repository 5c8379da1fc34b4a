// What form-js says in English, and what it says here. The build checks that every phrase is still in form-js.
const indonesian = {
  "Field is required.": "Wajib diisi.",
  "Value is not a number.": "Ini harus berupa angka.",
  "Field must be a valid email.": "Ini harus berupa alamat surel.",
  "No results": "Tidak ada hasil",
  "All values selected": "Semua sudah dipilih",
  Search: "Cari",
  Select: "Pilih",
};
// The same for phrases that form-js has in lists of a button's contents, and for texts it builds from parts.
const inLists = { "Add new": "Tambah baris", Collapse: "Ringkas" };
const patterns = [
  [/^Expand all \((.+)\)$/, "Buka semua ($1)"],
  [/^Remove list item (.+)$/, "Hapus baris $1"],
  [/^Field must have minimum value of (.+)\.$/, "Paling sedikit $1."],
  [/^Field must have maximum value of (.+)\.$/, "Paling banyak $1."],
  [/^Field must have minimum length of (.+)\.$/, "Paling sedikit $1 karakter."],
  [/^Field must have maximum length of (.+)\.$/, "Paling banyak $1 karakter."],
  [/^Value is expected to be an integer\.$/, "Ini harus berupa bilangan bulat."],
  [/^Value is expected to have at most (\d+) decimal digits?\.$/, "Paling banyak $1 angka di belakang koma."],
  [/^Field must match pattern .*$/, "Bentuknya tidak sesuai."],
];
export const englishOfFormJs = Object.keys(indonesian);
export const englishInLists = Object.keys(inLists);
export const builtByFormJs = ["`Expand all (${values.length - 1})`", "`Remove list item ${itemIndex + 1}`"];

export function phrase(text, language) {
  if (language === "en") return text;
  const whole = indonesian[text] ?? inLists[text];
  if (whole) return whole;
  for (const [pattern, replacement] of patterns) if (pattern.test(text)) return text.replace(pattern, replacement);
  return text;
}
