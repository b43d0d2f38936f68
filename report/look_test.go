package report
import ("testing";"os";"fmt")
func TestLook(t *testing.T){
 r:=week(4)
 WriteText(os.Stdout, r, TextOptions{Width:100})
 fmt.Println("=======")
 WriteText(os.Stdout, Report{Results:small().Results[:1]}, TextOptions{Width:100})
 fmt.Println("=======")
 WriteMarkdown(os.Stdout, r)
}
