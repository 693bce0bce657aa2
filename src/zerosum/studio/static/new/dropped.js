// @ts-check
// Files that were dropped, those in folders with their paths.

/** @param {DataTransferItemList} items @returns {Promise<File[]>} */
export async function droppedFiles(items) {
  // The list is emptied when the event is over, so it is read before anything is waited for.
  const entries = [...items].map((each) => each.webkitGetAsEntry()).filter(Boolean);
  const found = await Promise.all(entries.map((each) => filesOf(/** @type {any} */ (each))));
  return found.flat();
}

/** @param {any} entry @returns {Promise<File[]>} */
async function filesOf(entry) {
  if (entry.isFile) return [await fileOf(entry)];
  const reader = entry.createReader();
  const found = [];
  // A reader gives a hundred entries at a time, and none at the end.
  for (;;) {
    const part = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!part.length) break;
    found.push(...(await Promise.all(part.map(filesOf))));
  }
  return found.flat();
}

/** @param {any} entry @returns {Promise<File>} */
async function fileOf(entry) {
  const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
  const path = entry.fullPath.replace(/^\//, "");
  if (path.includes("/")) Object.defineProperty(file, "webkitRelativePath", { value: path });
  return file;
}
