/**
 * The program of the page, as text: it runs in the reader's browser only, next to Plotly and the data that `renderReport` embeds
 * (`PageData`). It draws the charts in the colours of the page's scheme, follows the selectors, sorts the table, fills the table of all
 * runs when that is opened, and then sets `data-ready` on the body.
 */
export const PAGE_SCRIPT = String.raw`
'use strict';
(function () {
  var data = JSON.parse(document.getElementById('report-data').textContent);
  var darkScheme = window.matchMedia('(prefers-color-scheme: dark)');
  var printing = false;
  var config = { displaylogo: false, responsive: true, modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d'] };
  var byId = function (id) { return document.getElementById(id); };
  var isDark = function () { return darkScheme.matches && !printing; };
  var theme = function () { return isDark() ? data.themes.dark : data.themes.light; };

  function themed(layout) {
    var colours = theme();
    var copy = Object.assign({}, layout, {
      paper_bgcolor: 'rgba(0,0,0,0)',
      plot_bgcolor: 'rgba(0,0,0,0)',
      font: { family: data.font, size: 12, color: colours.text },
      hoverlabel: { bgcolor: colours.page, bordercolor: colours.muted, font: { color: colours.text } },
      modebar: Object.assign({ bgcolor: 'rgba(0,0,0,0)', color: colours.muted, activecolor: colours.text }, layout.modebar),
    });
    ['xaxis', 'yaxis'].forEach(function (axis) {
      var lines = { gridcolor: colours.line, linecolor: colours.muted, tickcolor: colours.muted, ticks: 'outside' };
      copy[axis] = Object.assign(lines, { showline: axis === 'xaxis' }, layout[axis]);
    });
    copy.shapes = (layout.shapes || []).map(function (shape) {
      return Object.assign({}, shape, { line: Object.assign({ color: colours.muted }, shape.line) });
    });
    if (printing) copy.width = data.printWidth;
    return copy;
  }

  function coloured(trace) {
    var colour = data.seriesColours[trace.series % data.seriesColours.length][isDark() ? 'dark' : 'light'];
    var copy = Object.assign({}, trace);
    delete copy.series;
    copy.line = Object.assign({ color: colour }, trace.line);
    if (trace.marker) copy.marker = Object.assign({ color: colour }, trace.marker);
    if (trace.error_y) copy.error_y = Object.assign({ color: colour }, trace.error_y);
    return copy;
  }

  function drawFigure(figure) {
    var select = byId(figure.id + '-panel');
    var panel = select === null ? 0 : Number(select.value);
    return Plotly.react(byId(figure.id), figure.traces[panel].map(coloured), themed(figure.layouts[panel]), config);
  }

  function formatBytes(bytes) {
    var units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    var power = 0;
    while (power < units.length - 1 && bytes >= Math.pow(1024, power + 1)) power += 1;
    return { value: Number((bytes / Math.pow(1024, power)).toPrecision(4)), unit: units[power], factor: Math.pow(1024, power) };
  }

  function matrix(run, values) {
    var rows = [];
    for (var leaf = 0; leaf < run.leaves; leaf++) rows.push(values.slice(leaf * run.spines, (leaf + 1) * run.spines));
    return rows;
  }

  function switchAxis(name, count, range) {
    var step = Math.ceil(count / 8);
    var labelled = Array.from({ length: Math.ceil(count / step) }, function (_, i) { return i * step; });
    var title = { text: name, font: { size: 13 } };
    return { title: title, type: 'linear', tickvals: labelled, range: range, showgrid: false, zeroline: false };
  }

  function drawLoads() {
    var run = data.loads.runs[Number(byId('loads-run').value)];
    var asBytes = byId('loads-measure').value === 'bytes';
    var most = Math.max.apply(null, [0].concat(run.up.bytes, run.down.bytes));
    var unit = formatBytes(most);
    byId('loads-fabric').innerHTML = run.picture;
    return Promise.all(['up', 'down'].map(function (direction) {
      var bytes = run[direction].bytes;
      var shown = asBytes ? bytes.map(function (b) { return b === null ? null : b / unit.factor; }) : run[direction].ratio;
      var hover = bytes.map(function (b, i) {
        if (b === null) return 'no live link';
        var read = formatBytes(b);
        return read.value + ' ' + read.unit + ', ' + Number(run[direction].ratio[i].toPrecision(4)) + ' × ideal';
      });
      var trace = {
        type: 'heatmap',
        z: matrix(run, shown),
        text: matrix(run, hover),
        zmin: 0,
        zmax: asBytes ? Math.max(most / unit.factor, 1e-9) : data.loads.top,
        colorscale: asBytes ? 'Cividis' : data.loads.colours,
        xgap: run.spines <= 32 ? 1 : 0,
        ygap: run.leaves <= 32 ? 1 : 0,
        hoverongaps: true,
        hovertemplate: (direction === 'up' ? 'leaf %{y} to spine %{x}' : 'spine %{x} to leaf %{y}') + '<br>%{text}<extra></extra>',
        colorbar: { title: { text: asBytes ? 'load (' + unit.unit + ')' : 'load / ideal', side: 'right' }, thickness: 12, outlinewidth: 0 },
      };
      var layout = {
        margin: { l: 52, r: 8, t: 8, b: 48 },
        xaxis: switchAxis('spine', run.spines, [-0.5, run.spines - 0.5]),
        yaxis: switchAxis('leaf', run.leaves, [run.leaves - 0.5, -0.5]),
      };
      return Plotly.react(byId('loads-' + direction), [trace], themed(layout), config);
    }));
  }

  function drawAll() {
    var drawn = data.figures.map(drawFigure);
    if (data.loads !== null) drawn.push(drawLoads());
    return Promise.all(drawn);
  }

  function sortBy(table, column, button) {
    var heading = button.parentElement;
    var ascending = heading.getAttribute('aria-sort') !== 'ascending';
    Array.from(table.tHead.rows[0].cells).forEach(function (cell) { cell.removeAttribute('aria-sort'); });
    heading.setAttribute('aria-sort', ascending ? 'ascending' : 'descending');
    var body = table.tBodies[0];
    var keyOf = function (row) { return row.cells[column].dataset.key; };
    var rows = Array.from(body.rows);
    var numeric = rows.every(function (row) { return keyOf(row) === '' || !Number.isNaN(Number(keyOf(row))); });
    rows.sort(function (a, b) {
      var left = keyOf(a);
      var right = keyOf(b);
      if (left === '' || right === '') return (left === '' ? 1 : 0) - (right === '' ? 1 : 0);
      var order = numeric ? Number(left) - Number(right) : left < right ? -1 : left > right ? 1 : 0;
      return ascending ? order : -order;
    });
    body.append.apply(body, rows);
  }

  function fillRuns() {
    var target = byId('runs-table');
    if (target.childElementCount > 0) return;
    var table = document.createElement('table');
    var head = table.createTHead().insertRow();
    data.rows.columns.forEach(function (column) {
      var cell = document.createElement('th');
      cell.scope = 'col';
      cell.textContent = column;
      head.append(cell);
    });
    var body = table.createTBody();
    data.rows.values.forEach(function (values) {
      var row = body.insertRow();
      values.forEach(function (value) {
        var cell = row.insertCell();
        cell.textContent = value === null ? '' : String(value);
        if (typeof value === 'number') cell.className = 'number';
      });
    });
    target.append(table);
  }

  data.figures.forEach(function (figure) {
    var select = byId(figure.id + '-panel');
    if (select !== null) select.addEventListener('change', function () { drawFigure(figure); });
  });
  if (data.loads !== null) {
    byId('loads-run').addEventListener('change', drawLoads);
    byId('loads-measure').addEventListener('change', drawLoads);
  }
  document.querySelectorAll('table.sortable').forEach(function (table) {
    Array.from(table.tHead.rows[0].cells).forEach(function (cell, column) {
      var button = cell.querySelector('button');
      button.addEventListener('click', function () { sortBy(table, column, button); });
    });
  });
  byId('runs').addEventListener('toggle', fillRuns);
  darkScheme.addEventListener('change', drawAll);
  window.addEventListener('beforeprint', function () { printing = true; drawAll(); });
  window.addEventListener('afterprint', function () {
    printing = false;
    drawAll().then(function () { document.querySelectorAll('.plot').forEach(Plotly.Plots.resize); });
  });
  drawAll().then(function () { document.body.dataset.ready = 'true'; });
})();
`;
