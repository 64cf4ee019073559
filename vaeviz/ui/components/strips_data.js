// What the server sends, unpacked.

const MISSING = 65535; // of the 16-bit steps from -1 to 1 that means and extremes come in

function bits(step) {
  return step === MISSING ? NaN : (step / (MISSING - 1)) * 2 - 1;
}

function unpackBins(bins) {
  return {
    x0: bins.x0,
    x1: bins.x1,
    n: bins.n,
    mean: unpack(bins.mean, Uint16Array),
    extreme: unpack(bins.extreme, Uint16Array),
    nSites: unpack(bins.n_sites, Int32Array),
    lone: unpack(bins.lone, Int32Array), // number of the site in `sites`, or -1
    chromosomes: [unpack(bins.first_chromosome, Int32Array), unpack(bins.last_chromosome, Int32Array)],
    values: [unpack(bins.first_value, Float64Array), unpack(bins.last_value, Float64Array)],
  };
}

function unpackSites(sites) {
  return {
    id: sites.id,
    ref: sites.ref,
    alt: sites.alt,
    frequency: unpack(sites.frequency, Float32Array),
    called: unpack(sites.called, Int32Array),
    n: sites.id.length,
  };
}

function unpackAxis(axis) {
  return {
    unit: axis.unit,
    whole: axis.whole,
    leastSpan: axis.least_span,
    names: axis.chromosomes,
    chromosome: unpack(axis.stretch_chromosome, Int32Array),
    x0: unpack(axis.x0, Float64Array),
    x1: unpack(axis.x1, Float64Array),
    value: unpack(axis.value, Float64Array),
  };
}

function unpackScene(data, theme) {
  const inks = data.grounds[theme];
  return {
    command: data.command,
    look: `${data.look} ${theme}`,
    answer: data.answer,
    view: data.view,
    measure: data.measure,
    rows: data.rows,
    nGroups: data.rows.filter((row) => row.kind !== "difference").length,
    axis: unpackAxis(data.axis),
    bins: unpackBins(data.bins),
    sites: unpackSites(data.sites),
    scales: {
      entropy: unpack(data.entropy_scale, Uint8Array),
      difference: unpack(inks.difference_scale, Uint8Array),
    },
    top: data.top,
    topDifference: data.top_difference,
    inks,
    title: data.title,
    caption: data.caption,
    alt: data.alt,
    file: data.file,
  };
}

// One pixel a bin, one line a row; clear where there is nothing.
function bitmapOf(scene) {
  const { n } = scene.bins;
  const sheet = document.createElement("canvas");
  sheet.width = n;
  sheet.height = scene.rows.length;
  const pen = sheet.getContext("2d");
  const image = pen.createImageData(n, scene.rows.length);
  const shown = scene.measure === "max" ? scene.bins.extreme : scene.bins.mean;
  scene.rows.forEach((row, r) => {
    const differs = row.kind === "difference";
    const colours = differs ? scene.scales.difference : scene.scales.entropy;
    for (let i = 0; i < n; i++) {
      const value = bits(shown[r * n + i]);
      if (Number.isNaN(value)) continue;
      const share = differs ? (value / scene.topDifference + 1) / 2 : value / scene.top;
      const colour = 3 * Math.round(255 * Math.min(Math.max(share, 0), 1));
      const at = 4 * (r * n + i);
      image.data[at] = colours[colour];
      image.data[at + 1] = colours[colour + 1];
      image.data[at + 2] = colours[colour + 2];
      image.data[at + 3] = 255;
    }
  });
  pen.putImageData(image, 0, 0);
  return { sheet, x0: scene.bins.x0, x1: scene.bins.x1 };
}

const grouped = (value) => Math.round(value).toLocaleString("en-US");

function entropyBits(p) {
  if (Number.isNaN(p)) return NaN;
  return p <= 0 || p >= 1 ? 0 : -p * Math.log2(p) - (1 - p) * Math.log2(1 - p);
}

const told = (value, sign) =>
  Number.isNaN(value) ? "no called allele" : `${sign && value > 0 ? "+" : ""}${value.toFixed(4)} bits`;

// Lines about a bin of a row: the site itself where there is but one, else the range.
function readout(scene, row, bin) {
  const { bins, sites, axis } = scene;
  const lines = [scene.rows[row].name];
  if (bin < 0 || bin >= bins.n || bins.nSites[bin] < 1) return [...lines, "no site here"];
  const differs = scene.rows[row].kind === "difference";
  const mean = bits(bins.mean[row * bins.n + bin]);
  const site = bins.lone[bin];
  const name = (end) => axis.names[bins.chromosomes[end][bin]];
  const from = `${name(0)}:${grouped(bins.values[0][bin])}`;
  if (site >= 0) {
    const place = `${from} ${sites.ref[site]}>${sites.alt[site]}`;
    lines.push(sites.id[site] ? `${sites.id[site]} · ${place}` : place);
    if (differs) return [...lines, `difference ${told(mean, true)}`];
    const at = scene.rows[row].group * sites.n + site;
    const p = sites.frequency[at];
    lines.push(`entropy ${told(entropyBits(p))}`);
    if (!Number.isNaN(p)) lines.push(`frequency of ${sites.alt[site]}: ${p.toFixed(4)}`);
    return [...lines, `n = ${grouped(sites.called[at])} alleles`];
  }
  const other = name(0) === name(1) ? "" : `${name(1)}:`;
  lines.push(bins.nSites[bin] > 1 ? `${from} to ${other}${grouped(bins.values[1][bin])}` : from);
  if (differs) {
    lines.push(`mean difference ${told(mean, true)}`);
    lines.push(`largest ${told(bits(bins.extreme[row * bins.n + bin]), true)}`);
  } else {
    lines.push(`mean ${told(mean)}`, `highest ${told(bits(bins.extreme[row * bins.n + bin]))}`);
  }
  return [...lines, `${grouped(bins.nSites[bin])} ${bins.nSites[bin] > 1 ? "sites" : "site"}`];
}
