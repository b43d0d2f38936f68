'use strict';
(function () {
  var root = document.documentElement;
  var dark = window.matchMedia('(prefers-color-scheme: dark)');
  var chosen = null;
  try { chosen = localStorage.getItem('berth-theme'); } catch (e) { /* files may have no storage */ }
  function applyTheme() { root.dataset.theme = chosen || (dark.matches ? 'dark' : 'light'); }
  applyTheme();

  function colour(name) { return getComputedStyle(root).getPropertyValue('--' + name).trim(); }

  // How numbers are written, as in the tables.
  function group(s) { var p = s.split('.'); p[0] = p[0].replace(/\B(?=(\d{3})+$)/g, ','); return p.join('.'); }
  function plain(v) {
    var a = Math.abs(v), s = v < 0 ? '−' : '';
    if (a >= 1e6) return s + trim((a / 1e6).toPrecision(3)) + ' M';
    if (a >= 1000 || a === Math.floor(a)) return s + group(a.toFixed(0));
    return s + trim(a.toPrecision(3));
  }
  function trim(s) { return s.indexOf('.') < 0 || s.indexOf('e') >= 0 ? s : s.replace(/\.?0+$/, ''); }
  function money(v) {
    var a = Math.abs(v), s = (v < 0 ? '−' : '') + '$';
    if (a === 0) return '$0';
    if (a < 1) return s + trim(a.toPrecision(3));
    return s + group(a.toFixed(2));
  }
  function span(v) {
    if (v < 1 && v > 0) return trim((v * 1000).toPrecision(3)) + ' ms';
    if (v < 60) return trim(v.toPrecision(3)) + ' s';
    if (v < 3600) return trim((v / 60).toPrecision(3)) + ' min';
    if (v < 86400) return trim((v / 3600).toPrecision(3)) + ' h';
    return trim((v / 86400).toPrecision(3)) + ' d';
  }
  var formats = {
    money: money,
    share: function (v) { return trim((v * 100).toFixed(1)) + ' %'; },
    seconds: span
  };
  function format(unit) { return formats[unit] || plain; }
  function axisFormat(unit) {
    if (unit === 'money') return function (v) { return v >= 1000 ? '$' + trim((v / 1000).toPrecision(3)) + 'k' : '$' + trim(v.toPrecision(3)); };
    return format(unit);
  }

  // Calendar times are UTC, whatever the reader's clock says.
  var days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  var months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  function two(n) { return (n < 10 ? '0' : '') + n; }
  function clock(ms) {
    var d = new Date(ms), s = two(d.getUTCHours()) + ':' + two(d.getUTCMinutes());
    if (ms % 60000) s += ':' + two(d.getUTCSeconds());
    if (ms % 1000) s += trim((ms % 1000 / 1000).toFixed(3)).slice(1);
    return s;
  }
  function date(ms) {
    var d = new Date(ms), s = d.getUTCDate() + ' ' + months[d.getUTCMonth()];
    return s === '1 Jan' ? s + ' ' + d.getUTCFullYear() : s;
  }
  function dayNumber(ms, start) { return Math.floor(ms / 864e5) - Math.floor(start / 864e5) + 1; }
  // width is that of the interval: nobody asks for the second of an hour.
  function instant(ms, start, width) {
    var unit = width < 1000 ? 1 : width < 60000 ? 1000 : 60000;
    ms = Math.round(ms / unit) * unit;
    return days[new Date(ms).getUTCDay()] + ' ' + date(ms) + ' ' + clock(ms) + ' UTC · day ' + dayNumber(ms, start);
  }
  function tick(ms, start) {
    ms = Math.round(ms);
    return ms % 864e5 ? clock(ms) : 'day ' + dayNumber(ms, start) + '\n' + date(ms);
  }

  // Ticks fall on round times, and as many as there is room for.
  var steps = [1, 5, 10, 50, 100, 500, 1e3, 5e3, 15e3, 3e4, 6e4, 3e5, 9e5, 18e5, 36e5, 72e5, 108e5, 216e5, 432e5, 864e5, 1728e5, 2592e5, 6048e5, 2592e6, 7776e6, 31536e6];
  function timeStep(span, room) {
    for (var i = 0; i < steps.length; i++) {
      if (span / steps[i] <= room) return steps[i];
    }
    return span;
  }
  function room(width) { return Math.max(2, Math.floor(width / 64)); }

  function escape(s) {
    return String(s).replace(/[&<>"']/g, function (c) { return '&#' + c.charCodeAt(0) + ';'; });
  }
  function dot(c) { return '<span style="display:inline-block;width:9px;height:9px;border-radius:2px;margin-right:6px;background:' + c + '"></span>'; }
  function line(mark, name, value) { return '<div>' + mark + escape(name) + ' <b style="float:right;margin-left:18px">' + escape(value) + '</b></div>'; }

  function tooltip(trigger, formatter) {
    return { trigger: trigger, confine: true, transitionDuration: 0, backgroundColor: colour('paper'), borderColor: colour('line'), padding: 8,
      textStyle: { color: colour('ink'), fontSize: 13 }, extraCssText: 'max-width:320px;white-space:normal', formatter: formatter };
  }
  function decorateAxis(axis) {
    axis.axisLabel = Object.assign({}, axis.axisLabel, { color: colour('soft'), fontSize: 12, lineHeight: 15, hideOverlap: true });
    axis.axisLine = { lineStyle: { color: colour('line') } };
    axis.axisTick = { lineStyle: { color: colour('line') } };
    axis.splitLine = { show: axis.type === 'value', lineStyle: { color: colour('line') } };
    axis.nameTextStyle = { color: colour('soft'), fontSize: 12 };
  }

  function palette(d) {
    if (d.fill && d.fill.colours) return d.fill.colours.map(colour);
    return ['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7'].map(colour);
  }

  function narrow(el) { return el.clientWidth < 480; }

  var kinds = {
    bar: function (o, d, el) {
      var x = o.xAxis[0], y = o.yAxis[0], lying = !x.data, f = format(d.unit);
      var values = lying ? x : y, names = lying ? y : x;
      values.type = 'value';
      names.type = 'category';
      decorateAxis(values);
      decorateAxis(names);
      values.axisLabel.formatter = axisFormat(d.unit);
      if (d.unit === 'share' && lying) values.max = 1;
      if (lying) {
        names.inverse = true;
        values.splitNumber = narrow(el) ? 3 : 6;
        Object.assign(names.axisLabel, { color: colour('ink'), width: narrow(el) ? 118 : 190, overflow: 'truncate', interval: 0 });
        o.grid = { left: 8, right: 24, top: 8, bottom: 4, containLabel: true };
      } else {
        if (narrow(el)) names.axisLabel.rotate = 40;
        o.grid = { left: 8, right: 12, top: 14, bottom: 4, containLabel: true };
      }
      o.series.forEach(function (s) {
        s.barMaxWidth = lying ? 26 : 40;
        s.barCategoryGap = '30%';
        s.itemStyle = { borderColor: colour('sheet'), borderWidth: lying ? 1 : 0 };
      });
      o.tooltip = tooltip('axis', function (of) {
        var total = 0, rows = '';
        of.forEach(function (p) {
          if (p.value) rows += line(dot(p.color), p.seriesName, f(p.value));
          total += p.value || 0;
        });
        return '<b>' + escape(of[0].name) + '</b>' + rows + (lying && of.length > 1 && d.unit === 'money' ? line('', 'together', f(total)) : '');
      });
      o.tooltip.axisPointer = { type: 'shadow' };
    },

    time: function (o, d, el) {
      var x = o.xAxis[0], y = o.yAxis[0], f = format(d.unit);
      o.useUTC = true;
      decorateAxis(x);
      decorateAxis(y);
      var step = timeStep(x.max - x.min, room(el.clientWidth - 60)), ticks = [];
      for (var t = Math.ceil(x.min / step) * step; t <= x.max; t += step) ticks.push(t);
      x.axisLabel.customValues = x.axisTick.customValues = ticks;
      x.axisLabel.formatter = function (ms) { return tick(ms, d.start); };
      y.axisLabel.formatter = axisFormat(d.unit);
      y.splitNumber = 4;
      o.grid = { left: 8, right: 18, top: 14, bottom: 4, containLabel: true };
      d.fill.lines.forEach(function (l, i) {
        var data = l.y.map(function (v, k) { return [l.x0 + k * l.dx, v]; });
        if (data.length) data.push([l.end, data[data.length - 1][1]]);
        o.series[i].data = data;
      });
      var most = d.fill.lines.reduce(function (m, l) { return Math.max(m, Math.max.apply(null, l.y)); }, 0);
      if (d.unit === 'share' && most > 0.8 && most <= 1.0001) Object.assign(y, { max: 1, interval: 0.25 });
      o.tooltip = tooltip('axis', function (of) {
        var rows = '';
        of.forEach(function (p) { rows += line(dot(p.color), p.seriesName, p.value[1] === null ? '–' : f(p.value[1])); });
        return '<b>' + instant(of[0].value[0], d.start, d.fill.lines[0].dx) + '</b>' + rows;
      });
    },

    // A service under load: lines on one scale or two, and its scaling activities
    // as marks at the number of tasks that they led to.
    load: function (o, d, el) {
      kinds.time(o, d, el);
      var x = o.xAxis[0], fill = d.fill, formats = fill.axes.map(function (a) { return format(a.unit); });
      o.yAxis.forEach(function (y, i) {
        decorateAxis(y);
        y.axisLabel.formatter = axisFormat(fill.axes[i].unit);
        y.splitNumber = 4;
        y.splitLine = { show: i === 0, lineStyle: { color: colour('line') } };
        y.nameTextStyle.align = i === 0 ? 'left' : 'right';
        y.nameGap = 12;
        if (fill.axes[i].log) {
          y.axisLabel.formatter = function (v) { return v < 1 ? span(v) : plain(v) + ' s'; };
          return;
        }
        y.min = 0;
        y.alignTicks = i > 0;
      });
      if (fill.axes.length > 1 || fill.axes[0].name) o.grid.top = 34;
      o.series.forEach(function (s, i) {
        var l = fill.lines[i];
        if (l.dash) s.lineStyle = Object.assign({}, s.lineStyle, { type: [5, 4] });
        if (l.area) {
          s.areaStyle = { opacity: 0.35 };
          s.lineStyle = Object.assign({}, s.lineStyle, { width: 1 });
        }
        s.z = l.area ? 1 : 3;
      });
      (fill.marks || []).forEach(function (m, i) {
        o.series.push({
          type: 'scatter', name: m.name, symbolSize: 8, z: 5, tooltip: { trigger: 'item' }, cursor: 'default',
          itemStyle: { color: o.color[fill.lines.length + i], borderColor: colour('sheet'), borderWidth: 1 },
          data: m.of.map(function (a) { return { value: [a.t, a.to], symbol: a.sym || 'triangle', symbolRotate: a.to < a.from ? 180 : 0 }; })
        });
      });
      // Deployments are bands over the whole height, or of several runs bars in a
      // lane per run at the top.
      var bands = fill.bands || [], marked = (fill.marks || []).length;
      var lanes = bands.reduce(function (n, b) { return b.of.reduce(function (m, a) { return Math.max(m, a.lane); }, n); }, 0);
      // Names that would lie over one another are below one another, in four rows
      // at most; the tip has them all.
      var rows = [], wide = 124 * (x.max - x.min) / Math.max(1, el.clientWidth - 60);
      bands.reduce(function (all, b) { return all.concat(b.of); }, []).sort(function (a, b) { return a.x0 + a.x1 - b.x0 - b.x1; }).forEach(function (a) {
        var from = (a.x0 + a.x1 - wide) / 2;
        for (a.row = 0; a.row < rows.length && rows[a.row] > from;) a.row++;
        rows[a.row] = from + wide;
      });
      bands.forEach(function (b, i) {
        var tint = o.color[fill.lines.length + marked + i];
        o.series.push({
          type: 'scatter', name: b.name, data: [], band: true,
          markArea: { silent: true, z: 2, data: b.of.map(function (a) {
            var from = { xAxis: a.x0, itemStyle: { color: tint, opacity: lanes ? 0.75 : 0.16 } }, to = { xAxis: a.x1 };
            if (lanes) {
              from.y = o.grid.top + 2 + a.lane * 11;
              to.y = from.y + 8;
            } else {
              from.name = a.title;
              from.label = { show: a.row < 4, position: 'insideTop', distance: 5 + 15 * a.row, color: colour('ink'), fontSize: 12, width: 120, overflow: 'truncate' };
            }
            return [from, to];
          }) }
        });
      });
      function deployments(at) {
        var rows = '';
        bands.forEach(function (b, i) {
          if (d.off[b.name]) return;
          b.of.forEach(function (a) {
            if (at < a.x0 - near || at > a.x1 + near) return;
            rows += '<div style="margin-top:6px">' + dot(o.color[fill.lines.length + marked + i]) + '<b>' + escape(a.title) + ' · ' + clock(a.x0) + ' – ' + clock(a.x1) + '</b><br>' + escape(a.why) + '</div>';
          });
        });
        return rows;
      }
      // The marks near the pointer tell their causes.
      var near = Math.max(fill.lines[0].dx / 2, (x.max - x.min) / Math.max(1, el.clientWidth - 90) * 5);
      function causes(at) {
        var rows = '', told = 0, more = 0;
        (fill.marks || []).forEach(function (m, i) {
          if (d.off[m.name]) return;
          m.of.forEach(function (a) {
            if (Math.abs(a.t - at) > near) return;
            if (told === 4) { more++; return; }
            told++;
            rows += '<div style="margin-top:6px">' + (fill.marks.length > 1 ? dot(o.color[fill.lines.length + i]) : '') + '<b>' + (a.sym ? '◆ ' : a.to < a.from ? '▼ ' : '▲ ') + clock(a.t) +
              ' · ' + (a.what ? escape(a.what) : plain(a.from) + ' → ' + plain(a.to) + ' tasks') + '</b><br>' + escape(a.why) + '</div>';
          });
        });
        return rows + (more ? '<div style="margin-top:6px">and ' + more + ' more</div>' : '');
      }
      o.tooltip = tooltip('axis', function (of) {
        if (!Array.isArray(of)) return '<b>' + instant(of.value[0], d.start, 1000) + '</b>' + causes(of.value[0]) + deployments(of.value[0]);
        var at = of[0].value[0], rows = '';
        of.forEach(function (p) {
          var l = fill.lines[p.seriesIndex];
          if (l && l.y.length > 1) rows += line(dot(p.color), p.seriesName, p.value[1] === null ? '–' : formats[l.axis || 0](p.value[1]));
        });
        return '<b>' + instant(at, d.start, fill.lines[0].dx) + '</b>' + rows + causes(at) + deployments(at);
      });
    },

    heat: function (o, d, el) {
      var x = o.xAxis[0], y = o.yAxis[0], fill = d.fill, letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
      var columns = fill.rows.reduce(function (n, row) { return Math.max(n, row.length); }, 1);
      var longest = y.data.reduce(function (n, name) { return Math.max(n, name.length); }, 1);
      var left = Math.round(Math.min(narrow(el) ? 96 : 140, 14 + longest * 6.5));
      // Cells are whole pixels, lest gaps show between them: each column of the
      // picture shows the column of the data that lies there.
      var width = Math.max(20, Math.floor(el.clientWidth - left - 16));
      var cell = Math.max(1, Math.round(width / columns)), shown = Math.max(1, Math.floor(width / cell));
      function column(c) { return Math.floor((c + 0.5) / shown * columns); }
      function at(c) { return fill.x0 + c / shown * columns * fill.dx; }
      var data = [];
      fill.rows.forEach(function (row, r) {
        for (var c = 0; c < shown; c++) {
          var letter = row[column(c)];
          if (letter && letter !== '.') data.push([c, r, letters.indexOf(letter) / (letters.length - 1) * 100]);
        }
      });
      var step = timeStep(columns * fill.dx, room(width));
      function begins(c) { return c === 0 ? at(0) % step === 0 : Math.floor(at(c) / step) > Math.floor(at(c - 1) / step); }
      x.data = [];
      for (var c = 0; c < shown; c++) x.data.push(c);
      decorateAxis(x);
      decorateAxis(y);
      Object.assign(x.axisLabel, { interval: begins, formatter: function (c) { return tick(Math.floor(at(Number(c)) / step) * step, d.start); } });
      x.axisTick = { interval: begins, lineStyle: { color: colour('line') } };
      x.splitLine = y.splitLine = { show: false };
      y.axisTick = { show: false };
      var every = Math.max(1, Math.ceil(24 / fill.cell));
      Object.assign(y.axisLabel, { width: left - 12, overflow: 'truncate', fontSize: 11, interval: function (r) { return r % every === 0; } });
      o.grid = { left: left, top: 8, width: shown * cell, height: fill.cell * fill.rows.length };
      Object.assign(o.visualMap[0], {
        min: 0, itemWidth: 10, itemHeight: 160, text: ['100 %', '0 % reserved'], textStyle: { color: colour('soft'), fontSize: 12 },
        inRange: { color: ['#440154', '#414487', '#2a788e', '#22a884', '#7ad151', '#fde725'] }
      });
      Object.assign(o.series[0], { data: data, progressive: 0, itemStyle: { borderWidth: 0 }, emphasis: { itemStyle: { borderColor: colour('ink'), borderWidth: 1 } } });
      o.tooltip = tooltip('item', function (p) {
        return '<b>' + escape(y.data[p.value[1]]) + '</b><br>' + instant(fill.x0 + column(p.value[0]) * fill.dx, d.start, fill.dx) + '<br>' + trim(p.value[2].toFixed(0)) + ' % reserved';
      });
    },

    tail: function (o, d, el) {
      var x = o.xAxis[0], y = o.yAxis[0];
      decorateAxis(x);
      decorateAxis(y);
      // People count in minutes and hours, so the ticks of the logarithmic axis
      // are ours: the library's would be 1.67 and 16.7 minutes.
      var low = Infinity, high = -Infinity;
      o.series.forEach(function (s) {
        s.data = s.data.map(function (p) {
          var at = Math.log10(p.value[0]);
          low = Math.min(low, at);
          high = Math.max(high, at);
          return [at, p.value[1]];
        });
      });
      var ticks = [1e-3, 1e-2, 0.1, 1, 10, 60, 600, 3600, 36e3, 864e3, 864e4, 864e5].map(Math.log10);
      var from = ticks.filter(function (t) { return t <= low; }).pop(), to = ticks.filter(function (t) { return t >= high; })[0];
      x.min = from === undefined ? low : from;
      x.max = to === undefined ? high : to;
      ticks = ticks.filter(function (t) { return t >= x.min && t <= x.max; });
      x.type = 'value';
      x.axisTick.customValues = x.axisLabel.customValues = ticks;
      x.splitLine = { show: false };
      y.axisLine.onZero = false; // of a logarithm, zero is one second
      y.splitLine = { show: true, lineStyle: { color: colour('line') } };
      x.axisLabel.formatter = function (t) { return span(Number(Math.pow(10, t).toPrecision(6))); };
      y.axisLabel.formatter = function (v) { return trim((v * 100).toPrecision(3)) + ' %'; };
      o.grid = { left: 8, right: 24, top: 14, bottom: 4, containLabel: true };
      o.tooltip = tooltip('item', function (p) {
        return line(dot(p.color), p.seriesName, '') + trim((p.value[1] * 100).toPrecision(3)) + ' % waited longer than ' + span(Math.pow(10, p.value[0]));
      });
    },

    plane: function (o, d, el) {
      var x = o.xAxis[0], y = o.yAxis[0];
      decorateAxis(x);
      decorateAxis(y);
      x.nameGap = 30;
      x.axisLabel.formatter = y.axisLabel.formatter = plain;
      y.nameTextStyle.align = 'left';
      x.splitNumber = narrow(el) ? 4 : 8;
      o.grid = { left: 12, right: 24, top: 34, bottom: 30, containLabel: true };
      var low = Infinity, high = -Infinity;
      o.series.forEach(function (s) {
        (s.data || []).forEach(function (p) { low = Math.min(low, p.value[0]); high = Math.max(high, p.value[0]); });
      });
      // A label near an edge grows away from it.
      function align(at) { return at > low + 0.7 * (high - low) ? 'right' : at < low + 0.3 * (high - low) ? 'left' : 'center'; }
      o.series.forEach(function (s) {
        if (s.markPoint) {
          s.markPoint.data.forEach(function (m) { m.label = { align: align(m.coord[0]) }; });
          s.markPoint.symbol = 'circle';
          s.markPoint.symbolSize = 12;
          s.markPoint.itemStyle = { color: colour('ink') };
          s.markPoint.label = { show: true, position: 'top', color: colour('ink'), fontWeight: 'bold', formatter: function (p) { return p.name; } };
        }
      });
      o.tooltip = tooltip('item', function (p) {
        if (p.componentType === 'markPoint') return escape(p.name);
        return line(dot(p.color), p.seriesName, '') + line('', x.name, plain(p.value[0])) + line('', y.name, plain(p.value[1]));
      });
    }
  };

  function option(d, el) {
    var o = JSON.parse(JSON.stringify(d.option));
    delete o.title;
    delete o.toolbox;
    o.series = o.series || [];
    o.color = palette(d);
    o.textStyle = { fontFamily: getComputedStyle(document.body).fontFamily };
    o.animation = false;
    o.legend = { show: false };
    kinds[d.kind](o, d, el);
    return o;
  }

  // The legend is ours: it wraps, and a keyboard reaches it.
  function legend(box, shown, d, o) {
    box.textContent = '';
    if (d.kind === 'heat' || o.series.length < 2 && d.kind !== 'bar') return;
    o.series.forEach(function (s, i) {
      var b = document.createElement('button'), mark = document.createElement('i');
      b.type = 'button';
      b.setAttribute('aria-pressed', String(shown.hidden[s.name] !== true));
      var tint = o.color[i % o.color.length];
      mark.style.background = s.lineStyle && s.lineStyle.type ? 'repeating-linear-gradient(90deg,' + tint + ' 0 4px,transparent 4px 7px)' : tint;
      if (s.lineStyle && s.lineStyle.type) mark.className = 'dashed';
      if (s.type === 'scatter' && !s.band) {
        mark.className = 'mark';
        mark.style.background = 'none';
        mark.style.color = tint;
        mark.textContent = '▲▼';
      }
      b.appendChild(mark);
      b.appendChild(document.createTextNode(s.name));
      b.addEventListener('click', function () {
        shown.hidden[s.name] = !shown.hidden[s.name];
        b.setAttribute('aria-pressed', String(!shown.hidden[s.name]));
        shown.chart.dispatchAction({ type: 'legendToggleSelect', name: s.name });
      });
      box.appendChild(b);
    });
  }

  var drawn = [];
  function draw(item) {
    var o = option(item.data, item.el);
    if (item.chart) item.chart.dispose();
    item.chart = echarts.init(item.el);
    o.legend.selected = {};
    Object.keys(item.hidden).forEach(function (name) { o.legend.selected[name] = !item.hidden[name]; });
    item.chart.setOption(o);
    // ECharts gives the element a label of its own making; ours says more.
    item.el.setAttribute('aria-label', item.label);
    item.width = item.el.clientWidth;
    legend(item.box, item, item.data, o);
  }

  document.querySelectorAll('figure').forEach(function (figure) {
    var el = figure.querySelector('.chart');
    var data = JSON.parse(figure.querySelector('script[type="application/json"]').textContent), hidden = {};
    (data.fill && data.fill.hidden || []).forEach(function (name) { hidden[name] = true; });
    data.off = hidden;
    drawn.push({ el: el, box: figure.querySelector('.legend'), label: el.getAttribute('aria-label'), hidden: hidden, chart: null, data: data });
  });

  // Pictures are drawn one after the other, from the top, each in a turn of its
  // own, so that a phone can scroll while the rest is drawn.
  function drawFrom(i) {
    for (; i < drawn.length; i++) {
      if (!drawn[i].chart) {
        draw(drawn[i]);
        setTimeout(drawFrom, 0, i + 1);
        return;
      }
    }
  }
  drawFrom(0);
  window.addEventListener('beforeprint', function () { drawn.forEach(function (item) { if (!item.chart) draw(item); }); });

  var pending = 0;
  window.addEventListener('resize', function () {
    clearTimeout(pending);
    pending = setTimeout(function () {
      drawn.forEach(function (item) { if (item.chart && item.width !== item.el.clientWidth) draw(item); });
    }, 120);
  });

  function redraw() { applyTheme(); drawn.forEach(function (item) { if (item.chart) draw(item); }); }
  document.getElementById('theme').addEventListener('click', function () {
    chosen = root.dataset.theme === 'dark' ? 'light' : 'dark';
    try { localStorage.setItem('berth-theme', chosen); } catch (e) { /* the choice lasts as long as the page */ }
    redraw();
  });
  dark.addEventListener('change', redraw);
})();
