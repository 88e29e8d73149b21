package rpc

import (
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// source is what reflection does not tell: names of parameters and doc comments.
type source struct {
	t        *testing.T
	packages map[string]map[string]map[string]*declaration // by path, type and method
}

// declaration is a method as it is written.
type declaration struct {
	doc    string
	params []string // without the context
}

func newSource(t *testing.T) *source {
	return &source{t: t, packages: make(map[string]map[string]map[string]*declaration)}
}

// find returns how a type's method is declared, by itself or by what is embedded in it.
func (s *source) find(t reflect.Type, method string) *declaration {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if found := s.load(t.PkgPath())[t.Name()][method]; found != nil || t.Kind() != reflect.Struct {
		return found
	}
	for i := range t.NumField() {
		if field := t.Field(i); field.Anonymous {
			if found := s.find(field.Type, method); found != nil {
				return found
			}
		}
	}
	return nil
}

// receivers are the types of this package with exported methods.
func (s *source) receivers() []string {
	return slices.Sorted(maps.Keys(s.load(reflect.TypeFor[Service]().PkgPath())))
}

// load reads a package.
func (s *source) load(path string) map[string]map[string]*declaration {
	if found, done := s.packages[path]; done || path == "" {
		return found
	}
	found := make(map[string]map[string]*declaration)
	s.packages[path] = found
	pkg, err := build.Import(path, ".", build.FindOnly)
	if err != nil {
		s.t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(pkg.Dir, "*.go"))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv == nil || !f.Name.IsExported() {
				continue
			}
			receiver := receiverName(f.Recv.List[0].Type)
			if found[receiver] == nil {
				found[receiver] = make(map[string]*declaration)
			}
			found[receiver][f.Name.Name] = newDeclaration(f)
		}
	}
	return found
}

func receiverName(expr ast.Expr) string {
	switch e := expr.(type) {
	case *ast.StarExpr:
		return receiverName(e.X)
	case *ast.Ident:
		return e.Name
	default:
		return ""
	}
}

func newDeclaration(f *ast.FuncDecl) *declaration {
	d := &declaration{doc: strings.TrimSpace(f.Doc.Text())}
	for i, field := range f.Type.Params.List {
		if selector, ok := field.Type.(*ast.SelectorExpr); ok && i == 0 && selector.Sel.Name == "Context" {
			continue
		}
		for _, name := range field.Names {
			d.params = append(d.params, name.Name)
		}
	}
	return d
}

// param is the name of the i-th parameter.
func (d *declaration) param(i int) string {
	if i >= len(d.params) {
		return "parameter"
	}
	return d.params[i]
}

// text is what the doc comment says beyond the method's name, in one paragraph.
func (d *declaration) text(method string) string {
	doc := strings.Join(strings.Fields(d.doc), " ")
	if name := namedMethods.FindString(doc); strings.Contains(name, strings.Replace(method, discoverMethod, discoverName, 1)) {
		doc = strings.TrimLeft(doc[len(name):], ":,;. ")
	}
	first, size := utf8.DecodeRuneInString(doc)
	return string(unicode.ToUpper(first)) + doc[min(size, len(doc)):]
}

// namedMethods is the start of a doc comment: "Foo is eth_foo and anvil_foo".
var namedMethods = regexp.MustCompile(`^\w+ is (?:[a-z]+[_.]\w+(?:, | and )?)+`)

// describe divides the doc comment into its first sentence and the rest.
func (d *declaration) describe(method string) (summary, description string) {
	summary = d.text(method)
	if i := strings.Index(summary, ". "); i >= 0 {
		summary, description = summary[:i+1], summary[i+2:]
	}
	if summary == "" {
		summary = method
	}
	return summary, description
}
